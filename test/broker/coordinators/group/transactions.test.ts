import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { PendingOffsets } from '../../../../broker/coordinators/group/pending-offsets.ts';
import { GroupHarness, MARKER_TIMEOUT_MS } from './group-harness.ts';
import { seededRandom, settle } from './manual-time.ts';

const UNSTABLE = [ErrorCode.UNSTABLE_OFFSET_COMMIT, -1] as const;

describe('offsets of a transaction', () => {
  it('are pending until its marker: committed they count, aborted they are gone', async () => {
    const groups = await GroupHarness.started();
    expect(await groups.commit({ offset: 5 })).toBe(0);
    for (const isCommit of [false, true]) {
      expect(await groups.commitInTransaction({ offset: 9 })).toBe(0);
      expect(groups.committed()).toBe(5);
      expect(groups.stableOffset()).toEqual(UNSTABLE);
      expect(groups.stableOffset(1)).toEqual([0, -1]);
      expect(await groups.endTransaction(isCommit)).toBe(0);
      expect(groups.stableOffset()).toEqual([0, isCommit ? 9 : 5]);
    }
  });

  it('do not replace an offset that was committed after them', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 9 });
    await groups.commit({ offset: 12 });
    await groups.endTransaction(true);
    expect(groups.stableOffset()).toEqual([0, 12]);
    expect((await groups.successor()).stableOffset()).toEqual([0, 12]);
  });

  it('count when the marker is committed, and not while it may be lost', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 9 });
    groups.log.isHolding = true;
    const ended = groups.endTransaction(true);
    await settle();
    expect(groups.committed()).toBe(-1);
    expect(groups.stableOffset()).toEqual(UNSTABLE);
    groups.log.release();
    expect(await ended).toBe(0);
    expect(groups.stableOffset()).toEqual([0, 9]);
  });

  it('count also where the marker is committed after its coordinator gave up waiting', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 9 });
    groups.log.isHolding = true;
    const ended = groups.endTransaction(true);
    await groups.time.advance(MARKER_TIMEOUT_MS);
    expect(await ended).toBe(ErrorCode.REQUEST_TIMED_OUT);
    expect(groups.stableOffset()).toEqual(UNSTABLE);
    groups.log.release();
    await settle();
    expect(groups.stableOffset()).toEqual([0, 9]);
  });

  it('are pending from the moment when they are in the log, though the producer has not heard of it', async () => {
    const groups = await GroupHarness.started();
    groups.log.isHolding = true;
    const written = groups.commitInTransaction({ offset: 9 });
    await settle();
    expect(groups.stableOffset()).toEqual(UNSTABLE);
    await groups.time.advance(5_000);
    expect(await written).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    groups.log.release();
    await groups.endTransaction(true);
    expect(groups.stableOffset()).toEqual([0, 9]);
  });

  it('are one for each partition, the last, however often they are committed', () => {
    const pending = new PendingOffsets();
    const commit = (recordOffset: number, offset: number): void =>
      pending.hold(7, {
        groupId: 'g',
        topic: 'flights',
        partition: recordOffset % 2,
        committed: {
          offset,
          leaderEpoch: -1,
          metadata: '',
          commitTimestampMs: 0,
          expireTimestampMs: undefined,
          recordOffset,
        },
      });
    for (let i = 0; i < 10_000; i++) commit(i, i);
    const released = pending.release(7, 10_000);
    expect(released.map(({ partition, committed }) => [partition, committed.offset])).toEqual([
      [0, 9_998],
      [1, 9_999],
    ]);
    expect([pending.hasGroup('g'), pending.release(7, 10_000)]).toEqual([false, []]);
  });

  it('of the next transaction do not replace those whose marker may be lost', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 8 });
    await groups.commitInTransaction({ offset: 9 });
    groups.log.isHolding = true;
    const ended = groups.endTransaction(true);
    const next = groups.commitInTransaction({ offset: 11 });
    await settle();
    groups.log.release();
    expect([await ended, await next]).toEqual([0, 0]);
    expect([groups.committed(), groups.stableOffset()]).toEqual([9, UNSTABLE]);
    await groups.endTransaction(false);
    for (const each of [groups, await groups.successor()]) expect(each.stableOffset()).toEqual([0, 9]);
  });

  it('are of one producer each', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 1, partition: 0, producerId: 1 });
    await groups.commitInTransaction({ offset: 2, partition: 1, producerId: 2 });
    await groups.endTransaction(true, { producerId: 1 });
    expect(groups.stableOffset(0)).toEqual([0, 1]);
    expect(groups.stableOffset(1)).toEqual(UNSTABLE);
    // A producer of which nothing is pending.
    expect(await groups.endTransaction(true, { producerId: 3 })).toBe(0);
    await groups.endTransaction(false, { producerId: 2 });
    expect(groups.stableOffset(1)).toEqual([0, -1]);
  });

  it('are told in a fetch of all offsets only where something was committed before', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 5 });
    await groups.commitInTransaction({ offset: 6 });
    await groups.commitInTransaction({ offset: 7, partition: 1 });
    const all = groups.fetch(9, { groups: [{ groupId: 'g', topics: null }], requireStable: true });
    expect(all.groups[0]?.topics).toMatchObject([
      { name: 'flights', partitions: [{ partitionIndex: 0, errorCode: UNSTABLE[0], committedOffset: -1 }] },
    ]);
  });
});

describe('who may commit in a transaction (KIP-447)', () => {
  it('is a member of the current generation, in whatever state the group is, or who knows nothing of groups', async () => {
    const groups = await GroupHarness.started();
    const [memberId = ''] = await groups.stable(1);
    const commit = (options: Partial<Parameters<GroupHarness['commitInTransaction']>[0]>) =>
      groups.commitInTransaction({ offset: 3, ...options });
    expect(await commit({ memberId, generation: 1 })).toBe(0);
    expect(await commit({})).toBe(0);
    expect(await commit({ version: 2 })).toBe(0);
    expect(await commit({ memberId, generation: 2 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await commit({ memberId: 'nobody', generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await commit({ memberId, generation: 1, instance: 'i' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await commit({ group: 'none', generation: 1 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    void groups.join({ memberId });
    await groups.time.advance(3_000);
    expect(groups.describe().groupState).toBe('CompletingRebalance');
    expect(await groups.commit({ offset: 3, memberId, generation: 2 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(await commit({ memberId, generation: 2 })).toBe(0);
    groups.coordinator.close();
  });

  it('is told what is wrong with a partition, and what is wrong with the transaction for all others', async () => {
    const groups = await GroupHarness.started();
    const missing = await groups.commitInTransaction({ offset: 1, topic: 'missing' });
    expect(missing).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(groups.log.verified).toEqual([]);
    const unknownId = await groups.commitInTransaction({ offset: 1, topic: 'missing', version: 6 });
    expect(unknownId).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect(await groups.commitInTransaction({ offset: 1, metadata: 'x'.repeat(4_097) })).toBe(
      ErrorCode.OFFSET_METADATA_TOO_LARGE,
    );
    expect(await groups.commitInTransaction({ offset: 1, group: '' })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(groups.list().groups).toEqual([]);
    expect(groups.log.verified).toEqual([5]);
  });

  it.each([
    [ErrorCode.TRANSACTION_ABORTABLE, 5, ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.INVALID_TXN_STATE, 3, ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.INVALID_PRODUCER_EPOCH, 5, ErrorCode.INVALID_PRODUCER_EPOCH],
    [ErrorCode.CONCURRENT_TRANSACTIONS, 5, ErrorCode.CONCURRENT_TRANSACTIONS],
    [ErrorCode.NETWORK_EXCEPTION, 5, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
    // Producers of before 2.0 fail for good where groups are being loaded.
    [ErrorCode.NETWORK_EXCEPTION, 1, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, 5, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.COORDINATOR_NOT_AVAILABLE, 5, ErrorCode.COORDINATOR_NOT_AVAILABLE],
  ])('is told %i of the coordinator to v%i as %i', async (verifyWith, version, told) => {
    const groups = await GroupHarness.started();
    groups.log.verifyWith = verifyWith;
    expect(await groups.commitInTransaction({ offset: 1, version })).toBe(told);
    expect(groups.list().groups).toEqual([]);
    expect(groups.log.appends).toBe(0);
  });

  it('is told to come again while the groups are loaded, and so is the marker', async () => {
    const groups = new GroupHarness();
    expect(await groups.commitInTransaction({ offset: 1 })).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await groups.endTransaction(true)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    let goOn = (): void => {};
    const loading = groups.coordinator.load(
      0,
      (async function* () {
        await new Promise<void>((resolve) => (goOn = resolve));
        yield Buffer.alloc(0);
      })(),
    );
    await settle();
    expect(await groups.commitInTransaction({ offset: 1 })).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(await groups.commitInTransaction({ offset: 1, version: 1 })).toBe(
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
    );
    expect(await groups.endTransaction(true)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    goOn();
    await loading;
    expect(await groups.commitInTransaction({ offset: 1 })).toBe(0);
  });
});

describe('a group with pending offsets', () => {
  const RETENTION = { offsetsRetentionMs: 60_000, offsetsRetentionCheckIntervalMs: 10_000 };

  it('stays until the transaction has ended, and what it is about to replace does not expire', async () => {
    const groups = await GroupHarness.started(RETENTION);
    await groups.commit({ offset: 1 });
    await groups.commitInTransaction({ offset: 2 });
    await groups.commitInTransaction({ offset: 3, group: 'new' });
    await groups.time.advance(200_000);
    expect(groups.committed()).toBe(1);
    expect(
      groups
        .list()
        .groups.map(({ groupId }) => groupId)
        .toSorted(),
    ).toEqual(['g', 'new']);
    await groups.endTransaction(false);
    await groups.time.advance(20_000);
    expect(groups.list().groups).toEqual([]);
    expect(groups.errors).toEqual([]);
  });

  it('that is deleted does not come back with the commit', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1 });
    await groups.commitInTransaction({ offset: 2 });
    await groups.commitInTransaction({ offset: 3, partition: 1 });
    expect(await groups.delete()).toBe(0);
    await groups.endTransaction(true);
    for (const each of [groups, await groups.successor()]) {
      expect(each.list().groups).toEqual([]);
      expect([each.stableOffset(0), each.stableOffset(1)]).toEqual([
        [0, -1],
        [0, -1],
      ]);
    }
  });

  it('loses them with OffsetDelete and with the topic', async () => {
    const groups = await GroupHarness.started();
    await groups.commitInTransaction({ offset: 2 });
    await groups.commitInTransaction({ offset: 3, partition: 1 });
    await groups.commitInTransaction({ offset: 4, topic: 'airports' });
    expect((await groups.deleteOffset('flights', 0)).errorCode).toBe(0);
    await groups.coordinator.onTopicsDeleted(['airports']);
    await groups.endTransaction(true);
    for (const each of [groups, await groups.successor()]) {
      expect([each.stableOffset(0), each.stableOffset(1)]).toEqual([
        [0, -1],
        [0, 3],
      ]);
      expect(each.stableOffset(0, 'airports')).toEqual([0, -1]);
    }
  });

  it('is described and listed as without', async () => {
    const groups = await GroupHarness.started();
    const [memberId = ''] = await groups.stable(1);
    const before = groups.describe();
    await groups.commitInTransaction({ offset: 2, memberId, generation: 1 });
    expect(groups.describe()).toEqual(before);
    groups.coordinator.close();
  });
});

/** Commits and markers in any order: what is on the log is what the coordinator knows. */
describe('random transactions', () => {
  it.each(Array.from({ length: 30 }, (_, i) => [i + 1]))('seed %i: a reload knows the same', async (seed) => {
    const random = seededRandom(seed);
    const groups = await GroupHarness.started({}, seed);
    for (let step = 0; step < 60; step++) {
      const partition = random.int(3);
      const producerId = 1 + random.int(3);
      const group = `g${random.int(2)}`;
      const offset = step;
      switch (random.int(8)) {
        case 0:
          await groups.commit({ group, partition, offset });
          break;
        case 1:
          await groups.delete(group);
          break;
        case 2:
          await groups.deleteOffset('flights', partition, group);
          break;
        case 3:
        case 4:
          await groups.endTransaction(random.int(2) === 0, { producerId });
          break;
        default:
          await groups.commitInTransaction({ group, partition, offset, producerId });
      }
    }
    const next = await groups.successor();
    const state = (each: GroupHarness): unknown =>
      ['g0', 'g1'].flatMap((group) =>
        [0, 1, 2].map((partition) => [
          each.committed(partition, 'flights', group),
          each.stableOffset(partition, 'flights', group),
        ]),
      );
    expect(state(next)).toEqual(state(groups));
    for (const each of [groups, next]) {
      for (const producerId of [1, 2, 3]) await each.endTransaction(true, { producerId });
    }
    expect(state(next)).toEqual(state(groups));
    groups.coordinator.close();
    next.coordinator.close();
  });
});
