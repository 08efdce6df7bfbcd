import { ProtocolError } from '../../src/base/protocol-error.ts';
import { DecompressedTooLargeError } from '../../src/protocol/compression/corrupt.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { NO_TIMESTAMP } from '../../src/protocol/records/batch-format.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';

export interface RecordRules {
  /** `<topic>-<partition>`, for messages. */
  readonly partition: string;
  /** Compacted topics: a record without a key cannot be compacted. */
  readonly keyRequired: boolean;
  /** By `message.timestamp.before.max.ms`. */
  readonly timestampMin: number;
  /** By `message.timestamp.after.max.ms`. */
  readonly timestampMax: number;
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
  readonly maxTimestamp: number;
  /** Undefined: the batch may be appended. */
  readonly refusal: Refusal | undefined;
}

/** How many bad records the message of the whole batch quotes. */
const QUOTED_MAX = 3;
/** How Kafka shows that there is no bound. */
const LONG_MIN = '-9223372036854775808';

/**
 * Decompresses and walks over the records of a producer's batch: whether they are what the header says, so many, whole
 * and numbered without a gap, and whether each keeps the topic's rules. Messages about records are Kafka's, because
 * producers show them.
 *
 * @param options.decompressedBytesMax
 * @throws {DecompressedTooLargeError} where the caller has set a limit, and more would have to be decompressed.
 */
export function inspectRecords(
  batch: Buffer,
  rules: RecordRules,
  options?: { readonly decompressedBytesMax: number },
): Inspection {
  try {
    return walk(new BatchView(batch), rules, options);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (options !== undefined && error instanceof DecompressedTooLargeError) throw error;
    return {
      maxTimestamp: NO_TIMESTAMP,
      refusal: { errorCode: refusalCode(error), message: error.message, badRecords: [] },
    };
  }
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

function walk(
  batch: BatchView,
  rules: RecordRules,
  options: { readonly decompressedBytesMax: number } | undefined,
): Inspection {
  const iterator = new RecordIterator(batch, options);
  const { baseOffset } = batch;
  let badRecords: BadRecord[] | undefined;
  let errorCode: ErrorCode = ErrorCode.INVALID_RECORD;
  let maxTimestamp = NO_TIMESTAMP;
  for (let batchIndex = 0; iterator.next(); batchIndex++) {
    const { timestamp, offset } = iterator;
    if (offset !== baseOffset + batchIndex) {
      const message = `record ${batchIndex} of the batch has the offset delta ${offset - baseOffset}`;
      return { maxTimestamp, refusal: { errorCode: ErrorCode.INVALID_RECORD, message, badRecords: [] } };
    }
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (rules.keyRequired && iterator.keyLength < 0) {
      const message = `Compacted topic cannot accept message without key in topic partition ${rules.partition}`;
      (badRecords ??= []).push({ batchIndex, message });
    } else if (isOutOfRange(timestamp, rules)) {
      errorCode = ErrorCode.INVALID_TIMESTAMP;
      (badRecords ??= []).push({ batchIndex, message: timestampMessage(timestamp, batchIndex, rules) });
    }
  }
  const refusal = badRecords === undefined ? undefined : refusalOf(badRecords, errorCode);
  return { maxTimestamp, refusal };
}

function refusalOf(badRecords: readonly BadRecord[], errorCode: ErrorCode): Refusal {
  const message =
    errorCode === ErrorCode.INVALID_TIMESTAMP
      ? 'One or more records have been rejected due to invalid timestamp'
      : `One or more records have been rejected due to ${badRecords.length} record errors in total, ` +
        `and only showing the first three errors at most: ${quoted(badRecords)}`;
  return { errorCode, message, badRecords };
}

/** A record without a time is in any range. */
function isOutOfRange(timestamp: number, { timestampMin, timestampMax }: RecordRules): boolean {
  return timestamp !== NO_TIMESTAMP && (timestamp < timestampMin || timestamp > timestampMax);
}

function timestampMessage(
  timestamp: number,
  offset: number,
  { timestampMin, timestampMax }: RecordRules,
): string {
  const min = Number.isFinite(timestampMin) ? timestampMin : LONG_MIN;
  return (
    `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
    `The timestamp should be within [${min}, ${timestampMax}]`
  );
}

function quoted(badRecords: readonly BadRecord[]): string {
  const first = badRecords
    .slice(0, QUOTED_MAX)
    .map(({ batchIndex, message }) => `RecordError(batchIndex=${batchIndex}, message='${message}')`);
  return `[${first.join(', ')}]`;
}
