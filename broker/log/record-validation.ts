import { messageOf } from '../../src/base/errors.ts';
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

export interface BadRecords {
  readonly errorCode: ErrorCode;
  readonly message: string;
  readonly badRecords: readonly BadRecord[];
}

/** How many bad records the message of the whole batch quotes. */
const QUOTED_MAX = 3;
/** How Kafka shows that there is no bound. */
const LONG_MIN = '-9223372036854775808';

/**
 * The records of a batch that break a rule, or undefined: the one place where an append looks at records. Messages are
 * Kafka's, because producers show them.
 */
export function findBadRecords(batch: Buffer, rules: RecordRules): BadRecords | undefined {
  const badRecords: BadRecord[] = [];
  let errorCode: ErrorCode = ErrorCode.INVALID_RECORD;
  try {
    const iterator = new RecordIterator(new BatchView(batch));
    for (let batchIndex = 0; iterator.next(); batchIndex++) {
      const { timestamp } = iterator;
      if (rules.keyRequired && iterator.keyLength < 0) {
        const message = `Compacted topic cannot accept message without key in topic partition ${rules.partition}`;
        badRecords.push({ batchIndex, message });
      } else if (isOutOfRange(timestamp, rules)) {
        errorCode = ErrorCode.INVALID_TIMESTAMP;
        badRecords.push({ batchIndex, message: timestampMessage(timestamp, batchIndex, rules) });
      }
    }
  } catch (error) {
    return { errorCode: ErrorCode.CORRUPT_MESSAGE, message: messageOf(error), badRecords: [] };
  }
  if (badRecords.length === 0) return undefined;
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
