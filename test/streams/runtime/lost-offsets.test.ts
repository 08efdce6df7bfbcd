import { describe, expect, it } from 'vitest';
import type { StreamsApp } from '../../../src/streams/index.ts';
import { APPLICATION, OneCountedKey, RECORDS } from './one-counted-key.ts';

const counting = OneCountedKey.each();

const isLost = (line: string): boolean => line.includes('the group has lost committed offsets');
const rewinds = (app: StreamsApp): readonly (number | undefined)[] =>
  Object.values(app.metrics().tasks).flatMap(({ inputs }) => inputs.map(({ rewoundFrom }) => rewoundFrom));

describe('committed offsets that the group has lost', () => {
  it.each([
    [
      'are lower',
      () =>
        counting().admin.alterConsumerGroupOffsets(APPLICATION, [{ topic: 'in', partition: 0, offset: 2 }]),
      3,
    ],
    ['are gone', () => counting().admin.deleteGroups([APPLICATION]), RECORDS],
  ])('are named where they %s, and what is counted twice with them', async (_what, lose, again) => {
    await counting().fill();
    await counting().count(RECORDS);
    await lose();
    await counting().count(RECORDS + again, (app) => expect(rewinds(app)).toEqual([RECORDS]));
    expect(counting().warnings.filter(isLost)).toEqual([
      expect.stringMatching(/processed a second time.*"topic":"in","partition":0.*"processed":5/),
    ]);
    // It goes on from there: what was said once is not said again.
    await counting().count(RECORDS + again, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(counting().warnings.filter(isLost)).toHaveLength(1);
  });

  it('are not what is missed where the topic was deleted and made anew: nothing is processed a second time', async () => {
    await counting().fill();
    await counting().count(RECORDS);
    await counting().admin.deleteTopics(['in']);
    await counting().createInput();
    await counting().count(RECORDS, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(counting().warnings.filter(isLost)).toEqual([]);
    expect(counting().warnings).toContainEqual(
      expect.stringMatching(
        /a topic was deleted and made anew.*is lost.*"topic":"in".*"processed":5,"end":0/,
      ),
    );
  });

  it('are not missed after an ordinary restart', async () => {
    await counting().fill();
    await counting().count(RECORDS);
    await counting().fill();
    await counting().count(2 * RECORDS, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(counting().warnings.filter(isLost)).toEqual([]);
  });
});
