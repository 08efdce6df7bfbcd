import { expect, test } from 'vitest';
import { LeaderProgress } from '../../../broker/quorum/leader-progress.ts';

function progressOf(voterIds: readonly number[], epochStartOffset: number): LeaderProgress {
  return new LeaderProgress({ selfId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ', voterIds, epochStartOffset });
}

function fetched(progress: LeaderProgress, id: number, offset: number, nowMs = 0): boolean {
  return progress.recordFetch({ id, directoryId: 'AAAAAAAAAAAAAAAAAAAAAg' }, offset, {
    endOffset: 100,
    nowMs,
  });
}

test('records of earlier epochs are committed only with one of the own epoch', () => {
  const progress = progressOf([1, 2, 3], 10);
  progress.recordFlush(11);
  fetched(progress, 2, 10);
  // A majority has everything below 10, but all of that was written under earlier leaders.
  expect(progress.committedOffset()).toBe(-1);
  fetched(progress, 3, 11);
  expect(progress.committedOffset()).toBe(11);
});

test('the leader counts only what is on its own disk', () => {
  const progress = progressOf([1, 2, 3], 0);
  fetched(progress, 2, 5);
  expect(progress.committedOffset()).toBe(-1);
  progress.recordFlush(4);
  expect(progress.committedOffset()).toBe(4);
  fetched(progress, 3, 5);
  expect(progress.committedOffset()).toBe(5);
});

test('with four voters three make a majority', () => {
  const progress = progressOf([1, 2, 3, 4], 0);
  progress.recordFlush(9);
  fetched(progress, 2, 9);
  expect(progress.committedOffset()).toBe(-1);
  fetched(progress, 3, 7);
  expect(progress.committedOffset()).toBe(7);
});

test('a majority has fetched when enough different voters have, observers not counted', () => {
  const progress = progressOf([1, 2, 3, 4, 5], 0);
  expect(fetched(progress, 2, 1)).toBe(false);
  expect(fetched(progress, 2, 2)).toBe(false);
  expect(fetched(progress, 9, 2)).toBe(false);
  expect(fetched(progress, 3, 2)).toBe(true);
  expect(fetched(progress, 3, 2)).toBe(false);
  expect(fetched(progress, 4, 2)).toBe(true);
});

test('observers are forgotten when they fetch no more', () => {
  const progress = progressOf([1], 0);
  fetched(progress, 7, 3, 1000);
  expect(progress.observers(2000).map((observer) => observer.id)).toEqual([7]);
  expect(progress.observers(1000 + 300_001)).toEqual([]);
});

test('who has most should lead next', () => {
  const progress = progressOf([1, 2, 3], 0);
  fetched(progress, 2, 4);
  fetched(progress, 3, 8);
  expect(progress.successors().map((voter) => voter.id)).toEqual([3, 2]);
});
