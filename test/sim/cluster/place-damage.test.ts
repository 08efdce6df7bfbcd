import { expect, it } from 'vitest';
import { type BatchPlace, isNoticed } from './place-damage.ts';

const START = 10;
const LOG = [place(10, 12, 3), place(12, 15, 3), place(15, 16, 4)];

function place(baseOffset: number, nextOffset: number, leaderEpoch: number): BatchPlace {
  return { baseOffset, nextOffset, leaderEpoch };
}

/** The log with another batch in the place of one. */
function damaged(at: number, changed: BatchPlace): readonly BatchPlace[] {
  return LOG.map((batch, index) => (index === at ? changed : batch));
}

it.each<readonly [what: string, after: readonly BatchPlace[]]>([
  ['a checksum that is wrong', LOG.slice(0, 1)],
  ['bytes behind the last batch that is valid', LOG],
  ['an offset below the segment', damaged(0, place(2, 4, 3))],
  ['an offset that reaches into the next batch', damaged(1, place(13, 16, 3))],
  ['an offset that is in the batch before', damaged(2, place(7, 8, 4))],
  ['an epoch above the next one', damaged(1, place(12, 15, 7))],
  ['an epoch below the one before', damaged(1, place(12, 15, 1))],
  ['an end where no leader has anything', damaged(2, place(15 + 2 ** 21, 16 + 2 ** 21, 4))],
  ['a last epoch that no leader has had', damaged(2, place(15, 16, 4 + 2 ** 21))],
])('%s is noticed', (_, after) => {
  expect(isNoticed(LOG, after, START)).toBe(true);
});

it.each<readonly [what: string, after: readonly BatchPlace[]]>([
  ['a last batch that leaves a hole before it', damaged(2, place(31, 32, 4))],
  ['a last epoch that may have been', damaged(2, place(15, 16, 5))],
  ['an epoch between those beside it', damaged(1, place(12, 15, 4))],
])('%s is not', (_, after) => {
  expect(isNoticed(LOG, after, START)).toBe(false);
});
