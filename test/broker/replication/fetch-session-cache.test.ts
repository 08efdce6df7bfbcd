import { describe, expect, it } from 'vitest';
import { FetchedPartition, nextSessionEpoch } from '../../../broker/replication/fetch-session.ts';
import { FetchSessionCache, NO_SESSION } from '../../../broker/replication/fetch-session-cache.ts';
import { seededRandom } from '../quorum/virtual-time.ts';

const OLD_MS = 120_001;

function partitions(count: number): readonly FetchedPartition[] {
  return Array.from(
    { length: count },
    (_, partition) =>
      new FetchedPartition(
        { topic: 'orders', topicId: '' },
        {
          partition,
          currentLeaderEpoch: -1,
          fetchOffset: 0,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 1,
          replicaDirectoryId: '',
          highWatermark: 0,
        },
      ),
  );
}

function cacheOf(slots: number) {
  let nowMs = 1000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const cache = new FetchSessionCache({ clock, random: seededRandom(1), slots });
  const create = (count: number, isFollower = false): number =>
    cache.create({ isFollower, usesTopicIds: true, partitions: partitions(count) });
  const touch = (id: number): void => {
    const session = cache.get(id);
    if (session !== undefined) cache.touch(session);
  };
  return { cache, create, touch, wait: (ms: number) => void (nowMs += ms) };
}

describe('the cache of fetch sessions', () => {
  it('keeps as many as it has slots, and counts their partitions', () => {
    const { cache, create } = cacheOf(2);
    const [first, second, third] = [create(3), create(4), create(5)];
    expect([first, second].every((id) => id > 0)).toBe(true);
    expect(third).toBe(NO_SESSION);
    expect(cache).toMatchObject({ size: 2, partitionCount: 7, evictionsTotal: 0 });
    cache.remove(first ?? 0);
    expect(create(5)).not.toBe(NO_SESSION);
    expect(cache).toMatchObject({ size: 2, partitionCount: 9 });
  });

  it('makes none where it has no slot', () => {
    expect(cacheOf(0).create(3)).toBe(NO_SESSION);
  });

  it('gives the place of one that nobody uses any more to anybody', () => {
    const { cache, wait, create, touch } = cacheOf(2);
    const [first, second] = [create(9, true), create(9)];
    wait(OLD_MS);
    touch(first ?? 0);
    expect(create(1)).not.toBe(NO_SESSION);
    expect(cache.get(second ?? 0)).toBeUndefined();
    expect(cache.get(first ?? 0)).toBeDefined();
    expect(cache.evictionsTotal).toBe(1);
  });

  it('lets a follower take the place of the smallest consumer, and never of another follower that is young', () => {
    const { cache, create } = cacheOf(3);
    const [small, large, follower] = [create(2), create(8), create(1, true)];
    expect(create(9)).toBe(NO_SESSION);
    expect(create(1, true)).not.toBe(NO_SESSION);
    expect(cache.get(small ?? 0)).toBeUndefined();
    expect(create(1, true)).not.toBe(NO_SESSION);
    expect(cache.get(large ?? 0)).toBeUndefined();
    expect(create(9, true)).toBe(NO_SESSION);
    expect(cache.get(follower ?? 0)).toBeDefined();
  });

  it('lets a larger consumer take the place of a smaller one that has had its time', () => {
    const { cache, wait, create, touch } = cacheOf(2);
    const [small, large] = [create(2), create(8)];
    wait(OLD_MS);
    for (const id of [small, large]) touch(id ?? 0);
    expect(create(1)).toBe(NO_SESSION);
    expect(create(2)).toBe(NO_SESSION);
    expect(create(3)).not.toBe(NO_SESSION);
    expect(cache.get(small ?? 0)).toBeUndefined();
    expect(cache.get(large ?? 0)).toBeDefined();
  });

  it('counts epochs from 1 on, round and round', () => {
    expect(nextSessionEpoch(1)).toBe(2);
    expect(nextSessionEpoch(2 ** 31 - 1)).toBe(1);
  });
});
