import type { AbortedTxn } from '../transaction-index.ts';
import type { TransactionsState } from './cleaned-transactions.ts';
import type { SharedLiveOffsets } from './live-offsets.ts';
import type { OffsetMapLimits, SharedOffsetMap } from './offset-map.ts';

/** A sealed segment that a cleaning reads. Its files do not change; they may go, and then the cleaning is given up. */
export interface SourceSegment {
  readonly baseOffset: number;
  /** Where the next segment begins. */
  readonly endOffset: number;
  readonly sizeInBytes: number;
  /** Of its `.log`. */
  readonly path: string;
}

/** How a cleaning reads, for each thread. */
export interface CleanerPace {
  /** Bytes read at a time; a larger batch is read whole all the same. */
  readonly readBytes: number;
  /** Bytes of input and output in a second; Infinity for as fast as it goes. */
  readonly bytesPerSecondMax: number;
  /** What the records of a batch may become. */
  readonly decompressedBytesMax: number;
  /** One word of memory that threads share; not 0: give up. */
  readonly interrupt: SharedArrayBuffer;
}

/** First pass, of plain data and shared memory, for another thread: which offset each key of the dirty part was written at last. */
export interface MapJob {
  /** All sealed segments of the log. */
  readonly segments: readonly SourceSegment[];
  /** The aborted transactions of the whole log, ascending by first offset. */
  readonly aborted: readonly AbortedTxn[];
  /** The dirty part: from, up to but not including. */
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly limits: OffsetMapLimits;
  readonly pace: CleanerPace;
}

/** What the first pass has found. */
export interface MapResult {
  readonly map: SharedOffsetMap;
  readonly live: SharedLiveOffsets;
  /** The map has all keys of the dirty part; else those up to its latest offset. */
  readonly isComplete: boolean;
  /** Share of its memory that the map takes, 0 to 1. */
  readonly utilization: number;
  readonly bytesRead: number;
}

/** What a producer that is known to the log has written last: the batch that says so is kept. */
export interface LastBatchOfProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1: no data, a marker at most. */
  readonly lastOffset: number;
}

/** Second pass over one group of segments: copies what stays into one segment. */
export interface GroupJob {
  readonly directory: string;
  readonly indexIntervalBytes: number;
  readonly segments: readonly SourceSegment[];
  readonly map: SharedOffsetMap;
  readonly live: SharedLiveOffsets;
  /** As in {@link MapJob}. */
  readonly aborted: readonly AbortedTxn[];
  readonly transactions: TransactionsState;
  readonly producers: readonly LastBatchOfProducer[];
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly pace: CleanerPace;
}

/** What the second pass over a group has made. */
export interface GroupResult {
  readonly transactions: TransactionsState;
  readonly hasAborted: boolean;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** How a job that was not done has ended. */
export type JobFailure =
  /** Somebody has asked for it. */
  | { readonly kind: 'interrupted' }
  /** A file is not what was written; where it says so itself, and not only what is in a batch, there is its place. */
  | {
      readonly kind: 'damaged';
      readonly reason: string;
      readonly place: { readonly path: string; readonly position: number } | undefined;
    }
  /** The disk, or something else outside, has refused. */
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string; readonly retriable: boolean };

export type JobOutcome<R> = { readonly kind: 'done'; readonly result: R } | JobFailure;
