import { describe, expect, it } from 'vitest';
import { faultsOfPartition } from './final-log.ts';
import { History } from './history.ts';
import { MetadataWatch } from './metadata-watch.ts';
import { imageWith } from './watched-images.ts';

/** A checker that finds nothing is worth nothing: each of them sees the fault that it is there for. */
describe('the check of a final log', () => {
  function history(): { readonly history: History; readonly violations: string[] } {
    const violations: string[] = [];
    const found = new History((_, what) => violations.push(what));
    for (let sequence = 0; sequence < 3; sequence++) {
      const record = { id: `p0/0/${sequence}`, producer: 0, partition: 0, sequence };
      found.onSent(record);
      found.onAcknowledged(record, sequence);
    }
    return { history: found, violations };
  }

  it.each([
    ['nothing', ['p0/0/0', 'p0/0/1', 'p0/0/2'], []],
    ['a loss', ['p0/0/0', 'p0/0/1'], [/p0\/0\/2, acknowledged at 2, is lost/]],
    ['a record in two places', ['p0/0/0', 'p0/0/1', 'p0/0/2', 'p0/0/2'], [/is at 2 and again at 3/]],
    [
      'a wrong order',
      ['p0/0/0', 'p0/0/2', 'p0/0/1'],
      [/comes after/, /acknowledged at 1/, /acknowledged at 2/],
    ],
    ['a foreign record', ['p0/0/0', 'p0/0/1', 'p0/0/2', 'x'], [/nobody sent x/]],
  ])('finds %s', (_, content, expected) => {
    const faults = faultsOfPartition(0, content, history().history);
    expect(faults.length).toBe(expected.length);
    for (const [index, pattern] of expected.entries()) expect(faults[index]?.what).toMatch(pattern);
  });

  it('finds the loss of a record that was acknowledged without an offset', () => {
    const { history: told } = history();
    const record = { id: 'p0/0/3', producer: 0, partition: 0, sequence: 3 };
    told.onSent(record);
    told.onAcknowledged(record, -1);
    const content = ['p0/0/0', 'p0/0/1', 'p0/0/2'];
    expect(faultsOfPartition(0, content, told)).toEqual([
      { checker: 'acknowledged-lost', what: 'partition 0: p0/0/3, acknowledged, is lost' },
    ]);
    expect(faultsOfPartition(0, [...content, 'p0/0/3'], told)).toEqual([]);
  });

  it('finds what was read and is not there any more, and what is read differently twice', () => {
    const { history: told, violations } = history();
    told.onRead(0, 2, 'p0/0/2');
    expect(faultsOfPartition(0, ['p0/0/0', 'p0/0/1', 'p0/0/9'], told)).toContainEqual({
      checker: 'read-lost',
      what: 'partition 0: p0/0/2 was read at 2, where now is p0/0/9',
    });
    told.onRead(0, 2, 'p0/0/9');
    expect(violations).toEqual(['offset 2 of partition 0 was read as p0/0/2 and then as p0/0/9']);
  });
});

describe('the watch over the metadata', () => {
  it('finds two leaders of an epoch, two controllers of an epoch, and what goes back', () => {
    const violations: string[] = [];
    const watch = new MetadataWatch((checker, what) => violations.push(`${checker}: ${what}`));
    watch.onImage(1, imageWith(10, {}));
    watch.onImage(2, imageWith(11, { leader: 2, partitionEpoch: 8 }));
    watch.onImage(1, imageWith(9, { leaderEpoch: 3, partitionEpoch: 6 }));
    watch.onController(1, 5);
    watch.onController(1, 5);
    watch.onController(3, 5);
    expect(violations).toEqual([
      'two-leaders: records-0 (id) epoch 4 has leaders 1 and 2',
      'metadata-back: the metadata of broker 1 went back from 10 to 9',
      'partition-back: records-0 (id) went back from epoch 4 to 3',
      'two-controllers: brokers 1 and 3 were both controllers in epoch 5',
    ]);
  });
});
