import type { ExactInt64 } from '../../src/base/int64.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { NO_TIMESTAMP } from '../../src/protocol/records/batch-format.ts';
import type { BadRecord, Inspection, RecordRules, Refusal } from './record-validation.ts';

/** How many bad records the message of the whole batch quotes. */
const QUOTED_MAX = 3;
/** How Kafka shows that there is no bound. */
const LONG_MIN = '-9223372036854775808';
const LONG_MAX = '9223372036854775807';

/** Checks the records of one batch in their order: offsets without a gap, and the rules of the topic. */
export class RecordChecks {
  readonly #rules: RecordRules;
  #batchIndex = 0;
  #badRecords: BadRecord[] | undefined;
  #errorCode: ErrorCode = ErrorCode.INVALID_RECORD;
  #maxTimestamp: ExactInt64 = NO_TIMESTAMP;
  #gap: Refusal | undefined;

  constructor(rules: RecordRules) {
    this.#rules = rules;
  }

  /** Returns false where the offsets have a gap: no other record matters then. */
  check(timestamp: ExactInt64, offsetDelta: number, keyLength: number): boolean {
    const batchIndex = this.#batchIndex++;
    if (offsetDelta !== batchIndex) {
      const message = `record ${batchIndex} of the batch has the offset delta ${offsetDelta}`;
      this.#gap = { errorCode: ErrorCode.INVALID_RECORD, message, badRecords: [] };
      return false;
    }
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    if (this.#rules.keyRequired && keyLength < 0) {
      const message = `Compacted topic cannot accept message without key in topic partition ${this.#rules.partition}`;
      (this.#badRecords ??= []).push({ batchIndex, message });
    } else if (this.#isOutOfRange(timestamp)) {
      this.#errorCode = ErrorCode.INVALID_TIMESTAMP;
      (this.#badRecords ??= []).push({ batchIndex, message: this.#timestampMessage(timestamp, batchIndex) });
    }
    return true;
  }

  result(): Inspection {
    const refusal =
      this.#gap ??
      (this.#badRecords === undefined ? undefined : refusalOf(this.#badRecords, this.#errorCode));
    return { maxTimestamp: this.#maxTimestamp, refusal };
  }

  /** A record without a time is in any range. */
  #isOutOfRange(timestamp: ExactInt64): boolean {
    const { timestampMin, timestampMax } = this.#rules;
    return timestamp !== NO_TIMESTAMP && (timestamp < timestampMin || timestamp > timestampMax);
  }

  #timestampMessage(timestamp: ExactInt64, offset: number): string {
    const { timestampMin, timestampMax } = this.#rules;
    const min = Number.isFinite(timestampMin) ? timestampMin : LONG_MIN;
    const max = Number.isFinite(timestampMax) ? timestampMax : LONG_MAX;
    return (
      `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
      `The timestamp should be within [${min}, ${max}]`
    );
  }
}

function refusalOf(badRecords: readonly BadRecord[], errorCode: ErrorCode): Refusal {
  const message =
    errorCode === ErrorCode.INVALID_TIMESTAMP
      ? 'One or more records have been rejected due to invalid timestamp'
      : `One or more records have been rejected due to ${badRecords.length} record errors in total, ` +
        `and only showing the first three errors at most: ${quoted(badRecords)}`;
  return { errorCode, message, badRecords };
}

function quoted(badRecords: readonly BadRecord[]): string {
  const first = badRecords
    .slice(0, QUOTED_MAX)
    .map(({ batchIndex, message }) => `RecordError(batchIndex=${batchIndex}, message='${message}')`);
  return `[${first.join(', ')}]`;
}
