import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { Partition } from '../../../broker/replication/partition.ts';
import { admitFetch, readLimit } from '../../../broker/replication/partition-read.ts';
import { appendTransactional, committedWithin } from '../../../broker/replication/transactional-append.ts';
import { markerBatch } from '../../../broker/transactions/marker-batch.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { ManualTime, settle } from '../coordinators/group/manual-time.ts';
import { appendVerified, makeBatch } from '../log/batches.ts';
import { openLog } from '../log/open-log.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { partitionOf, registrationOf, SELF } from './test-partition.ts';

const COMMITTED = { replicaId: -1, replicaEpoch: -1, readCommitted: true };
const MARKER = {
  producerId: 7,
  producerEpoch: 0,
  coordinatorEpoch: 0,
  isCommit: true,
  transactionVersion: 0,
};

describe('a marker in a partition of two replicas', () => {
  let time: ManualTime;
  let log: Log;
  let partition: Partition;

  beforeEach(() => {
    time = new ManualTime();
    log = openLog(temporaryDirectory());
    partition = partitionOf(log, { context: { clock: time.clock } });
    partition.onRegistration(registrationOf());
    const batch = makeBatch({ producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true });
    expect(appendVerified(log, batch).errorCode).toBe(0);
  });

  afterEach(() => log.closeHandles());

  /** The follower asks for what comes after its log. */
  function follow(fetchOffset: number): void {
    const fetch = {
      fetchOffset,
      currentLeaderEpoch: 0,
      lastFetchedEpoch: -1,
      logStartOffset: 0,
      maxBytes: 1,
      knownHighWatermark: 0,
    };
    expect(admitFetch(partition, fetch, { replicaId: 2, replicaEpoch: 1, readCommitted: false })).toBeNull();
  }

  function mark() {
    const written = appendTransactional(partition, markerBatch(MARKER, 1_000), { timers: time.timers });
    if (written.baseOffset === undefined) throw new Error(`refused: ${written.errorCode}`);
    return written;
  }

  it('moves the last stable offset and is acknowledged when both have it', async () => {
    const { baseOffset, committed } = mark();
    expect(baseOffset).toBe(1);
    let outcome: number | undefined;
    void Promise.resolve(committed).then((errorCode) => (outcome = errorCode));
    follow(1);
    await settle();
    expect(outcome).toBeUndefined();
    expect(readLimit(partition, COMMITTED)).toBe(0);
    follow(2);
    await settle();
    expect(outcome).toBe(ErrorCode.NONE);
    expect(readLimit(partition, COMMITTED)).toBe(2);
  });

  it('is acknowledged at once where no follower is waited for', () => {
    partition.onRegistration(registrationOf({ replicas: [SELF], isr: [SELF], partitionEpoch: 1 }));
    const { committed } = mark();
    expect(committed).toBe(ErrorCode.NONE);
    expect(committedWithin(committed, time.timers, 100)).toBe(ErrorCode.NONE);
    expect(time.pending).toBe(0);
    expect(readLimit(partition, COMMITTED)).toBe(2);
  });

  it('is not acknowledged by a leader that leads no more', async () => {
    const { committed } = mark();
    partition.onRegistration(registrationOf({ leader: 2, leaderEpoch: 1, partitionEpoch: 1 }));
    expect(await committed).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const refused = appendTransactional(partition, markerBatch(MARKER, 1_000), { timers: time.timers });
    expect(refused).toEqual({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, baseOffset: undefined });
    const nowhere = appendTransactional(undefined, markerBatch(MARKER, 1_000), { timers: time.timers });
    expect(nowhere.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  it('needs the replicas that are to be in sync', () => {
    partition.onConfig({ log: DEFAULT_LOG_CONFIG, minInsyncReplicas: 2 });
    partition.onRegistration(registrationOf({ isr: [SELF], partitionEpoch: 1 }));
    const refused = appendTransactional(partition, markerBatch(MARKER, 1_000), { timers: time.timers });
    expect(refused.errorCode).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    expect(log.logEndOffset).toBe(1);
  });

  it('is told as timed out where its coordinator waits no longer, and is committed all the same', async () => {
    const { committed } = mark();
    const waited = committedWithin(committed, time.timers, 100);
    await time.advance(100);
    expect(await waited).toBe(ErrorCode.REQUEST_TIMED_OUT);
    follow(2);
    expect(await committed).toBe(ErrorCode.NONE);
    expect(await committedWithin(committed, time.timers, 100)).toBe(ErrorCode.NONE);
    await settle();
    expect(time.pending).toBe(0);
  });
});
