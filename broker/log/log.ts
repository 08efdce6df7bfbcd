import { AssertionFailure } from '../../src/base/errors.ts';
import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { AppendOptions, AppendResult } from './append-result.ts';
import type { LogConfig } from './log-config.ts';
import type {
  AbortedTransaction,
  EpochEndOffset,
  ReadOptions,
  ReadResult,
  TimestampedOffset,
} from './read-result.ts';

export interface LogOptions {
  readonly environment: Environment;
  readonly logger?: Logger;
  /** The partition's directory, `.../<topic>-<partition>`; created when missing. */
  readonly directory: string;
  readonly config: LogConfig;
  /** Everything below was flushed; 0 (the default) makes an unclean start scan the whole log. */
  readonly recoveryPoint?: number;
  /** From the log-start-offset checkpoint; 0 when not said. */
  readonly logStartOffset?: number;
  /** From the high-watermark checkpoint; the log start offset when not said. Bounded by the log's end. */
  readonly highWatermark?: number;
  /** The process that wrote this log closed it: nothing is scanned. False when not said. */
  readonly hadCleanShutdown?: boolean;
}

/**
 * One partition's log, in Kafka's on-disk format. Owned by one event loop: every method but {@link flush} and
 * {@link close} is synchronous, and everything answered is final when the method returns.
 */
export class Log {
  /** Opens or creates a log and recovers it. @throws {OperationalError} when the disk fails or files are foreign. */
  static open(_options: LogOptions): Log {
    throw new AssertionFailure('to be written');
  }

  declare readonly topic: string;
  declare readonly partition: number;
  declare readonly directory: string;
  /** The first offset that can be read. */
  declare readonly logStartOffset: number;
  /** The offset that the next record gets. */
  declare readonly logEndOffset: number;
  declare readonly highWatermark: number;
  /** Where read_committed ends: at most the high watermark. */
  declare readonly lastStableOffset: number;
  /** Everything below survives a power loss. */
  declare readonly recoveryPoint: number;
  /** Bytes in all segments. */
  declare readonly sizeInBytes: number;
  declare readonly segmentCount: number;
  /** The leader epoch of the last batch, -1 when there is none. */
  declare readonly latestEpoch: number;
  declare config: LogConfig;

  /** Sets the high watermark, bounded to [log start, log end]; that it only grows is the caller's business. */
  setHighWatermark(_offset: number): void {}

  /**
   * Validates, stamps offsets and epoch in place, writes. `records` belongs to the log afterwards and must not change.
   */
  appendAsLeader(_records: Buffer, _options: AppendOptions): AppendResult {
    throw new AssertionFailure('to be written');
  }

  /**
   * Appends batches as the leader sent them: offsets and epochs are in them. A batch that is cut off at the end is
   * ignored. Offsets must start at or after the log's end; a bad CRC is CORRUPT_MESSAGE and nothing is appended.
   */
  appendAsFollower(_records: Buffer): AppendResult {
    throw new AssertionFailure('to be written');
  }

  read(_offset: number, _options: ReadOptions): ReadResult {
    throw new AssertionFailure('to be written');
  }

  /** Completed aborted transactions that overlap [fromOffset, toOffset). */
  abortedTransactions(_fromOffset: number, _toOffset: number): readonly AbortedTransaction[] {
    throw new AssertionFailure('to be written');
  }

  /** OffsetsForLeaderEpoch, exactly as section 6 of Kafka's rules has it; -1/-1 when unknown. */
  endOffsetForEpoch(_epoch: number): EpochEndOffset {
    throw new AssertionFailure('to be written');
  }

  /** Remembers that `epoch` starts at the log's end: a leader calls it on taking over. */
  assignEpochStart(_epoch: number): void {}

  /** The first record at or after `timestamp` and before `upperBoundOffset`, or null. Decodes at most one batch. */
  offsetForTimestamp(_timestamp: number, _upperBoundOffset: number): TimestampedOffset | null {
    throw new AssertionFailure('to be written');
  }

  /** The first record that carries the log's largest timestamp, or null in an empty log. */
  offsetOfMaxTimestamp(): TimestampedOffset | null {
    throw new AssertionFailure('to be written');
  }

  /** Drops everything from `offset` on. */
  truncateTo(_offset: number): void {}

  /** Drops everything and goes on at `offset`. */
  truncateFullyAndStartAt(_offset: number): void {}

  /**
   * Advances the log start offset (DeleteRecords; retention does the deleting). Idempotent.
   * @returns an error code: OFFSET_OUT_OF_RANGE beyond the high watermark, else NONE.
   */
  deleteRecordsBefore(_offset: number): number {
    throw new AssertionFailure('to be written');
  }

  /** Applies retention by time, by size and by log start offset. @returns how many segments went. */
  deleteOldSegments(): number {
    throw new AssertionFailure('to be written');
  }

  /** Resolves when everything appended before the call survives a power loss; advances {@link recoveryPoint}. */
  flush(): Promise<void> {
    throw new AssertionFailure('to be written');
  }

  /** Flushes and closes. Nothing may be called afterwards. */
  close(): Promise<void> {
    throw new AssertionFailure('to be written');
  }
}
