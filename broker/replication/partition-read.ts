import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ReadMemory } from '../log/read-memory.ts';
import type { AbortedTransaction, EpochEndOffset } from '../log/read-result.ts';
import type { Partition } from './partition.ts';

/** Who reads, as far as that decides what may be seen. */
export interface Reader {
  /** The follower's broker id; -1 for a consumer, -2 for the debugging consumer. */
  readonly replicaId: number;
  /** The follower's broker epoch, -1 when unknown. */
  readonly replicaEpoch: number;
  /** Whether to stop at the last stable offset and to list aborted transactions. */
  readonly readCommitted: boolean;
}

/** What is asked of one partition. */
export interface PartitionFetch {
  readonly fetchOffset: number;
  readonly currentLeaderEpoch: number;
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly maxBytes: number;
  /** The high watermark that the follower knows; `INT64_MAX` where it does not say (KIP-1166). */
  readonly knownHighWatermark: number;
}

/** What came of it. */
export interface PartitionRead {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly chunks: readonly Buffer[];
  readonly sizeInBytes: number;
  /** The reader's log and this one part ways here: it has to truncate. */
  readonly divergingEpoch: EpochEndOffset | null;
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  /** There is more, which cannot be told yet: it resolves when it is worth reading again. */
  readonly pending: Promise<void> | null;
}

const NO_CHUNKS: readonly Buffer[] = [];

export function readFailure(errorCode: number): PartitionRead {
  return {
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    chunks: NO_CHUNKS,
    sizeInBytes: 0,
    divergingEpoch: null,
    abortedTransactions: null,
    pending: null,
  };
}

/** Where the visible part of a partition ends for a reader. */
export function readLimit(partition: Partition, reader: Reader): number {
  if (reader.replicaId >= 0) return partition.log.logEndOffset;
  return reader.readCommitted ? partition.log.lastStableOffset : partition.log.highWatermark;
}

/**
 * Takes note of what a follower's fetch says about the follower, after the checks that every fetch must pass. Answers
 * the failure or the divergence, or null when the partition can be read.
 */
export function admitFetch(
  partition: Partition,
  fetch: PartitionFetch,
  reader: Reader,
): PartitionRead | null {
  const fenced = partition.checkLeaderEpoch(fetch.currentLeaderEpoch);
  if (fenced !== ErrorCode.NONE) return readFailure(fenced);
  const { log } = partition;
  if (fetch.lastFetchedEpoch >= 0) {
    const known = log.endOffsetForEpoch(fetch.lastFetchedEpoch);
    if (known.epoch < 0 || known.endOffset < 0) return readFailure(ErrorCode.OFFSET_OUT_OF_RANGE);
    if (known.epoch < fetch.lastFetchedEpoch || known.endOffset < fetch.fetchOffset) {
      return { ...emptyRead(partition), divergingEpoch: known };
    }
  }
  if (fetch.fetchOffset < log.logStartOffset || fetch.fetchOffset > log.logEndOffset) {
    return readFailure(ErrorCode.OFFSET_OUT_OF_RANGE);
  }
  if (reader.replicaId >= 0) {
    const { leader } = partition;
    const follower = leader?.follower(reader.replicaId);
    if (leader === null || follower === undefined) {
      // Who knows the epoch may have heard of its own assignment before this leader did, and asks again.
      const knowsEpoch = fetch.currentLeaderEpoch >= 0;
      return readFailure(knowsEpoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    if (leader.isStale(reader.replicaId, reader.replicaEpoch))
      return readFailure(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const { fetchOffset, logStartOffset } = fetch;
    partition.onFollowerFetch(follower, { fetchOffset, logStartOffset, brokerEpoch: reader.replicaEpoch });
  }
  return null;
}

/** Reads a partition that {@link admitFetch} has let through. */
export function readPartition(
  partition: Partition,
  fetch: PartitionFetch,
  options: {
    readonly reader: Reader;
    readonly maxBytes: number;
    readonly minOneBatch: boolean;
    readonly memory: ReadMemory;
  },
): PartitionRead {
  const { log } = partition;
  const { reader } = options;
  const result = log.read(fetch.fetchOffset, {
    maxBytes: options.maxBytes,
    upperBoundOffset: readLimit(partition, reader),
    minOneBatch: options.minOneBatch,
    memory: options.memory,
  });
  if (result.errorCode !== ErrorCode.NONE) return readFailure(result.errorCode);
  const aborted =
    reader.readCommitted && reader.replicaId < 0
      ? log.abortedTransactions(fetch.fetchOffset, result.nextOffset)
      : null;
  if (typeof aborted === 'number') return readFailure(aborted);
  if (aborted instanceof Promise) return { ...emptyRead(partition), pending: aborted };
  return {
    errorCode: ErrorCode.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    chunks: result.chunks,
    sizeInBytes: result.sizeInBytes,
    divergingEpoch: null,
    abortedTransactions: aborted,
    pending: null,
  };
}

function emptyRead(partition: Partition): PartitionRead {
  const { log } = partition;
  return {
    ...readFailure(ErrorCode.NONE),
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
  };
}
