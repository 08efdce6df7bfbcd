import { type Compression, DECOMPRESSED_BYTES_MAX } from '../../src/protocol/compression/compression.ts';

/**
 * What a log needs to know of its topic's configuration, under Kafka's names (`segment.bytes` is `segmentBytes`).
 * Times are milliseconds, sizes bytes; -1 means no limit where Kafka says so.
 */
export interface LogConfig {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** Up to so much earlier than `segmentMs` a segment may roll, so that many logs do not roll at once. */
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  /** -1: keep for ever. */
  readonly retentionMs: number;
  /** -1: no limit. */
  readonly retentionBytes: number;
  /** From `cleanup.policy`. */
  readonly compact: boolean;
  readonly delete: boolean;
  /** Of a compacted log: how long tombstones and markers stay from the first cleaning on that could do without them. */
  readonly deleteRetentionMs: number;
  /** Of a compacted log, 0 to 1: cleaned when a larger share of its bytes is dirty. */
  readonly minCleanableDirtyRatio: number;
  /** Of a compacted log: younger records are left alone. */
  readonly minCompactionLagMs: number;
  /** Of a compacted log: older dirty records have it cleaned whatever its ratio. */
  readonly maxCompactionLagMs: number;
  readonly fileDeleteDelayMs: number;
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly maxMessageBytes: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly producerIdExpirationMs: number;
  /** Refuse a batch that begins a transaction unless the coordinator was asked about it (KIP-890). */
  readonly verifyTransactions: boolean;
  /** From `compression.type` and the level of that codec; null leaves batches as producers send them (`producer`). */
  readonly compression: TargetCompression | null;
  /** Look into every batch of a producer, decompressed where it must be; else headers are trusted. */
  readonly validateRecords: boolean;
  /** What a batch may become to be looked into. */
  readonly decompressedBytesMax: number;
}

/** What batches are stored in, whatever they came in. */
export interface TargetCompression {
  readonly codec: Compression;
  /** In the codec's own numbers (KIP-390); none of a codec without levels. */
  readonly level: number | undefined;
}

const DAY_MS = 86_400_000;

/** Stands for Java's `Long.MAX_VALUE` in configurations: the largest exact integer. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Kafka 4.x's defaults. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentBytes: 1024 ** 3,
  segmentMs: 7 * DAY_MS,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 ** 2,
  indexIntervalBytes: 4096,
  retentionMs: 7 * DAY_MS,
  retentionBytes: -1,
  compact: false,
  delete: true,
  deleteRetentionMs: DAY_MS,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: UNLIMITED,
  fileDeleteDelayMs: 60_000,
  flushMessages: UNLIMITED,
  flushMs: UNLIMITED,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: UNLIMITED,
  messageTimestampAfterMaxMs: 3_600_000,
  producerIdExpirationMs: DAY_MS,
  verifyTransactions: true,
  compression: null,
  validateRecords: true,
  decompressedBytesMax: DECOMPRESSED_BYTES_MAX,
};
