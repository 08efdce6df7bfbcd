import { messageOf } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';

export interface RecordRules {
  /** Compacted topics: a record without a key cannot be compacted. */
  readonly keyRequired: boolean;
  /** `message.timestamp.before.max.ms`. */
  readonly timestampMin: number;
}

export interface BadRecord {
  readonly errorCode: ErrorCode;
  readonly message: string;
  readonly badRecordIndex: number;
}

/** The first record of a batch that breaks a rule, or undefined: the one place where an append looks at records. */
export function findBadRecord(batch: Buffer, rules: RecordRules): BadRecord | undefined {
  let index = 0;
  try {
    const iterator = new RecordIterator(new BatchView(batch));
    for (; iterator.next(); index++) {
      if (rules.keyRequired && iterator.keyLength < 0) {
        return {
          errorCode: ErrorCode.INVALID_RECORD,
          message: 'a record without a key cannot be appended to a compacted topic',
          badRecordIndex: index,
        };
      }
      if (iterator.timestamp < rules.timestampMin) {
        return {
          errorCode: ErrorCode.INVALID_TIMESTAMP,
          message: `timestamp ${iterator.timestamp} is older than message.timestamp.before.max.ms allows`,
          badRecordIndex: index,
        };
      }
    }
    return undefined;
  } catch (error) {
    return { errorCode: ErrorCode.CORRUPT_MESSAGE, message: messageOf(error), badRecordIndex: index };
  }
}
