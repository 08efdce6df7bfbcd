import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { waitFor } from './app-under-test.ts';
import { APPLICATION, OneCountedKey, PATIENCE, RECORDS } from './one-counted-key.ts';

const CHANGELOG = `${APPLICATION}-counts-changelog`;

const counting = OneCountedKey.each({ onUncaught: () => 'REPLACE_THREAD' });
beforeEach(() => counting().fill());

const said = (): readonly string[] =>
  counting().warnings.filter((line) => line.startsWith('the changelog was deleted'));

it('keeps the state of which it was the copy, and names it, where the application was closed', async () => {
  await counting().count(RECORDS);
  await counting().admin.deleteTopics([CHANGELOG]);
  // Without a new record, and with some.
  await counting().count(RECORDS);
  await counting().fill();
  await counting().count(2 * RECORDS);
  expect(said()).toEqual([
    expect.stringMatching(/local state is kept.*"store":"counts","topic":"counting-counts-changelog"/),
  ]);
});

it('keeps the state where the application runs, and goes on with it', async () => {
  const app = counting().app();
  await app.start();
  await expect.poll(() => counting().counted(app), PATIENCE).toBe(RECORDS);
  // Its end is committed: nothing is under way that would be counted again.
  const committed = async (): Promise<number | undefined> =>
    (await counting().admin.listConsumerGroupOffsets(APPLICATION)).find(({ topic }) => topic === 'in')
      ?.offset;
  await expect.poll(committed, PATIENCE).toBe(RECORDS);
  await counting().admin.deleteTopics([CHANGELOG]);
  await waitFor(environment, 'another loop', () => app.metrics().failures > 0);
  await counting().fill();
  await expect.poll(() => counting().counted(app), PATIENCE).toBe(2 * RECORDS);
  await app.close();
  expect(said()).toEqual([expect.stringMatching(/local state is kept/)]);
});

it('begins anew where the group has no offsets any more either, and says so', async () => {
  await counting().count(RECORDS);
  await counting().fill();
  await counting().admin.deleteTopics([CHANGELOG]);
  await counting().admin.deleteGroups([APPLICATION]);
  await counting().count(2 * RECORDS);
  expect(said()).toEqual([expect.stringMatching(/begins anew.*"committed":"lost"/)]);
});
