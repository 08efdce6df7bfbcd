import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { Partition } from '../../../broker/replication/partition.ts';
import {
  admitFetch,
  type PartitionFetch,
  readLimit,
  readPartition,
  type Reader,
} from '../../../broker/replication/partition-read.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { appendVerified, makeBatch } from '../log/batches.ts';
import { partitionOf, registrationOf } from './test-partition.ts';

const CONSUMER: Reader = { replicaId: -1, replicaEpoch: -1, readCommitted: false };
const COMMITTED: Reader = { ...CONSUMER, readCommitted: true };
const DEBUGGER: Reader = { ...CONSUMER, replicaId: -2 };
const FOLLOWER: Reader = { replicaId: 2, replicaEpoch: 1, readCommitted: false };

describe('what a fetch sees of a partition', () => {
  let directory = '';
  let log: Log;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'millrace-read-'));
    log = Log.open({
      environment: nodeEnvironment,
      directory: path.join(directory, 't-0'),
      config: DEFAULT_LOG_CONFIG,
    });
  });

  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A leader with one follower, which has fetched up to `replicated`. */
  function leaderOf(epochs: readonly { readonly epoch: number; readonly records: number }[]): Partition {
    for (const { epoch, records } of epochs)
      for (let i = 0; i < records; i++) log.appendAsLeader(makeBatch({ records: 1 }), { leaderEpoch: epoch });
    const leaderEpoch = epochs.at(-1)?.epoch ?? 0;
    const partition = partitionOf(log);
    partition.onRegistration(registrationOf({ leaderEpoch }));
    return partition;
  }

  function fetchAt(partition: Partition, fetchOffset: number, lastFetchedEpoch = -1): PartitionFetch {
    return {
      fetchOffset,
      currentLeaderEpoch: partition.leaderEpoch,
      lastFetchedEpoch,
      logStartOffset: 0,
      maxBytes: 1_000_000,
      knownHighWatermark: 0,
    };
  }

  /** How many batches of one record each come back. */
  function read(partition: Partition, fetchOffset: number, reader: Reader): number {
    const options = {
      reader,
      maxBytes: 1_000_000,
      minOneBatch: true,
      memory: { take: (bytes: number) => Buffer.allocUnsafe(bytes) },
    };
    const { sizeInBytes, errorCode } = readPartition(partition, fetchAt(partition, fetchOffset), options);
    expect(errorCode).toBe(ErrorCode.NONE);
    return sizeInBytes / makeBatch({ records: 1 }).length;
  }

  it('ends for consumers where all in-sync replicas have it, and for followers where the log ends', () => {
    const partition = leaderOf([{ epoch: 0, records: 10 }]);
    // The follower has the first six.
    expect(admitFetch(partition, fetchAt(partition, 6), FOLLOWER)).toBeNull();
    expect(log.highWatermark).toBe(6);
    for (const reader of [CONSUMER, COMMITTED, DEBUGGER]) {
      expect(readLimit(partition, reader)).toBe(6);
      expect(read(partition, 0, reader)).toBe(6);
      expect(read(partition, 6, reader)).toBe(0);
    }
    expect(readLimit(partition, FOLLOWER)).toBe(10);
    expect(read(partition, 6, FOLLOWER)).toBe(4);
  });

  it('refuses a broker that has no replica: for good, or until this leader may have heard of its assignment', () => {
    const partition = leaderOf([{ epoch: 3, records: 1 }]);
    const stranger = { ...FOLLOWER, replicaId: 9 };
    const codeOf = (currentLeaderEpoch: number) =>
      admitFetch(partition, { ...fetchAt(partition, 0), currentLeaderEpoch }, stranger)?.errorCode;
    expect(codeOf(-1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(codeOf(3)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
  });

  it('ends for who reads what is committed before a transaction that is open', () => {
    const partition = leaderOf([{ epoch: 0, records: 3 }]);
    const open = makeBatch({
      records: 1,
      producerId: 7,
      producerEpoch: 0,
      baseSequence: 0,
      isTransactional: true,
    });
    appendVerified(log, open);
    expect(admitFetch(partition, fetchAt(partition, 4), FOLLOWER)).toBeNull();
    expect(log.highWatermark).toBe(4);
    expect(readLimit(partition, COMMITTED)).toBe(3);
    expect(readLimit(partition, CONSUMER)).toBe(4);
  });

  describe('where a replica says what epoch it has fetched last (KIP-595)', () => {
    const epochs = [
      { epoch: 1, records: 5 },
      { epoch: 4, records: 5 },
    ];

    it.each([
      // Epoch 1 has ended at 5: who has more of it has records that this leader never had.
      { fetchOffset: 7, lastFetchedEpoch: 1, divergingEpoch: { epoch: 1, endOffset: 5 } },
      { fetchOffset: 6, lastFetchedEpoch: 1, divergingEpoch: { epoch: 1, endOffset: 5 } },
      // Epochs that this leader does not have: the one before them ended where it did.
      { fetchOffset: 5, lastFetchedEpoch: 3, divergingEpoch: { epoch: 1, endOffset: 5 } },
      { fetchOffset: 4, lastFetchedEpoch: 2, divergingEpoch: { epoch: 1, endOffset: 5 } },
      // An epoch from before the first one of this log.
      { fetchOffset: 3, lastFetchedEpoch: 0, divergingEpoch: { epoch: 0, endOffset: 0 } },
      // More of the epoch that goes on than the leader has.
      { fetchOffset: 11, lastFetchedEpoch: 4, divergingEpoch: { epoch: 4, endOffset: 10 } },
    ])('it is told where its log parts: $lastFetchedEpoch at $fetchOffset', (asked) => {
      const partition = leaderOf(epochs);
      const fetch = fetchAt(partition, asked.fetchOffset, asked.lastFetchedEpoch);
      const answer = admitFetch(partition, fetch, FOLLOWER);
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, divergingEpoch: asked.divergingEpoch });
      // Nothing is read for it, and nothing believed of it.
      expect(answer?.sizeInBytes).toBe(0);
      expect(partition.leader?.follower(2)?.logEndOffset ?? -1).toBeLessThan(asked.fetchOffset);
    });

    it.each([
      { fetchOffset: 5, lastFetchedEpoch: 1 },
      { fetchOffset: 3, lastFetchedEpoch: 1 },
      { fetchOffset: 10, lastFetchedEpoch: 4 },
    ])('it reads on where both logs are one: $lastFetchedEpoch at $fetchOffset', (asked) => {
      const partition = leaderOf(epochs);
      const fetch = fetchAt(partition, asked.fetchOffset, asked.lastFetchedEpoch);
      expect(admitFetch(partition, fetch, FOLLOWER)).toBeNull();
    });

    it('is out of range where the leader has no epoch so new', () => {
      const partition = leaderOf(epochs);
      const answer = admitFetch(partition, fetchAt(partition, 3, 9), FOLLOWER);
      expect(answer?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    });
  });
});
