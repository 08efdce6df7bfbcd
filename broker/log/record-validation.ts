import type { ExactInt64 } from '../../src/base/int64.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { DecompressedTooLargeError } from '../../src/protocol/compression/corrupt.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { NO_TIMESTAMP } from '../../src/protocol/records/batch-format.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import type { TargetCompression } from './log-config.ts';
import { changesCodec, recompress } from './recompression.ts';
import { RecordChecks } from './record-checks.ts';

export interface RecordRules {
  /** `<topic>-<partition>`, for messages. */
  readonly partition: string;
  /** Compacted topics: a record without a key cannot be compacted. */
  readonly keyRequired: boolean;
  /** By `message.timestamp.before.max.ms`. */
  readonly timestampMin: number;
  /** By `message.timestamp.after.max.ms`. */
  readonly timestampMax: number;
  /** By `millrace.decompressed.batch.max.bytes`. */
  readonly decompressedBytesMax: number;
  /** What batches under another codec are put under; null leaves them as they came. */
  readonly target: TargetCompression | null;
  /** Of the records of a batch that is put under another codec. */
  readonly recompressedBytesMax: number;
}

/** A record that its batch is refused for (Produce v8+ `recordErrors`, KIP-467). */
export interface BadRecord {
  /** Which record of the batch, from 0. */
  readonly batchIndex: number;
  readonly message: string;
}

/** Why records were refused. */
export interface Refusal {
  readonly errorCode: ErrorCode;
  readonly message: string;
  /** The records that are to blame; none when it is the batch. */
  readonly badRecords: readonly BadRecord[];
}

/** What a look at the records of a batch has found. */
export interface Inspection {
  /** The largest timestamp of the records, -1 where none has one: the header may say another. */
  readonly maxTimestamp: ExactInt64;
  /** Undefined: the batch may be appended. */
  readonly refusal: Refusal | undefined;
  /** The batch as it is to be stored, where that is under another codec than it came in. */
  readonly stored?: Uint8Array;
}

/**
 * Decompresses and walks over the records of a producer's batch: whether they are what the header says, so many, whole
 * and numbered without a gap, and whether each keeps the topic's rules. Messages about records are Kafka's, because
 * producers show them.
 */
export function inspectRecords(batch: Buffer, rules: RecordRules): Inspection {
  try {
    return walk(new BatchView(batch), rules, Number.POSITIVE_INFINITY);
  } catch (error) {
    return refusedInspection(error, rules);
  }
}

/** As {@link inspectRecords}; undefined where more than `bytesMax` would have to be decompressed for it. */
export function inspectSmallRecords(
  batch: Buffer,
  rules: RecordRules,
  bytesMax: number,
): Inspection | undefined {
  try {
    return walk(new BatchView(batch), rules, bytesMax);
  } catch (error) {
    if (error instanceof DecompressedTooLargeError && error.bytesMax === bytesMax) return undefined;
    return refusedInspection(error, rules);
  }
}

/** What is wrong with records that cannot be read; anything but a protocol error is a bug. */
export function refusedInspection(error: unknown, rules: RecordRules): Inspection {
  if (!(error instanceof ProtocolError)) throw error;
  const message =
    error instanceof DecompressedTooLargeError
      ? `${error.message} by ${limitName(error, rules)}`
      : error.message;
  return {
    maxTimestamp: NO_TIMESTAMP,
    refusal: { errorCode: refusalCode(error), message, badRecords: [] },
  };
}

function limitName({ bytesMax }: DecompressedTooLargeError, rules: RecordRules): string {
  return bytesMax === rules.decompressedBytesMax
    ? 'millrace.decompressed.batch.max.bytes'
    : 'max.message.bytes, because compression.type puts the batch under another codec';
}

/**
 * The checksum was right, so these are the bytes that the producer meant: CORRUPT_MESSAGE, which clients take for a fault
 * of the network, would only make them send the same again. What is too large they split.
 */
function refusalCode(error: ProtocolError): ErrorCode {
  if (error instanceof DecompressedTooLargeError) return ErrorCode.MESSAGE_TOO_LARGE;
  return error.code === ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    ? ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    : ErrorCode.INVALID_RECORD;
}

function walk(batch: BatchView, rules: RecordRules, bytesMax: number): Inspection {
  const target = changesCodec(rules.target, batch.attributes) ? rules.target : null;
  const allowed = target === null ? rules.decompressedBytesMax : rules.recompressedBytesMax;
  const decompressedBytesMax = Math.min(bytesMax, allowed);
  const iterator = new RecordIterator(batch, { decompressedBytesMax, ownTimes: true });
  const checks = new RecordChecks(rules);
  const { baseOffset } = batch;
  while (iterator.next()) {
    if (!checks.check(iterator.exactTimestamp, iterator.offset - baseOffset, iterator.keyLength)) break;
  }
  const inspection = checks.result();
  if (target === null || inspection.refusal !== undefined) return inspection;
  return { ...inspection, stored: recompress(batch.bytes, iterator.bytes, target) };
}
