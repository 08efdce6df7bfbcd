import type { ExactInt64 } from '../../src/base/int64.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ReadMemory } from './read-memory.ts';

export interface ReadOptions {
  /** A limit for everything but a first batch when `minOneBatch` is set. */
  readonly maxBytes: number;
  /** Batches at or beyond this offset are not returned: high watermark, last stable offset or log end offset. */
  readonly upperBoundOffset: number;
  /** Answer the first batch whole even when it is larger than `maxBytes`. */
  readonly minOneBatch: boolean;
  /** What is read goes into this; by default into memory of its own. */
  readonly memory?: ReadMemory;
}

/** Whole record batches as they lie in the log. Bytes start at the batch that contains the asked offset. */
export interface ReadResult {
  /** 0, or OFFSET_OUT_OF_RANGE when the offset is before the log start or beyond the log end, or KAFKA_STORAGE_ERROR. */
  readonly errorCode: ErrorCode;
  /** Views on memory that does not change before {@link ReadOptions.memory} is released; empty at the end of the log. */
  readonly chunks: readonly Buffer[];
  readonly sizeInBytes: number;
  /** The offset after the last batch in `chunks`; the asked offset when there is none. */
  readonly nextOffset: number;
}

/** An aborted transaction that a read_committed consumer has to skip (Fetch v4+). */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Answer to a lookup by time (ListOffsets). */
export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: ExactInt64;
  readonly leaderEpoch: number;
}

/** Answer to OffsetsForLeaderEpoch: both -1 when unknown. */
export interface EpochEndOffset {
  readonly epoch: number;
  readonly endOffset: number;
}

export const EMPTY_READ: ReadResult = {
  errorCode: ErrorCode.NONE,
  chunks: [],
  sizeInBytes: 0,
  nextOffset: -1,
};

export const OUT_OF_RANGE_READ: ReadResult = { ...EMPTY_READ, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
