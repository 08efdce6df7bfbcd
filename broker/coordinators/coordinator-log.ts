import { encodeStruct } from '../../src/protocol/codec.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { KeyedMessage } from '../../src/protocol/message.ts';

/** One record of a coordinator's internal topic; a null value removes what the key names. */
export interface CoordinatorRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/**
 * How a coordinator writes to its internal topic. Offsets and assignments are told to nobody before they are committed,
 * so that what clients know is always what a reload of the partition would give.
 */
export interface CoordinatorLog {
  /**
   * Appends records, as one batch, to a partition that this broker leads.
   *
   * Batches of one partition are written in the order of the calls.
   * @returns the offset of the last record, once it is below the high watermark.
   * @throws {CoordinatorLogError} when the records could not be written or committed.
   */
  append(partition: number, records: readonly CoordinatorRecord[]): Promise<number>;
}

/** An append that failed, with the protocol's error code of the reason, such as NOT_LEADER_OR_FOLLOWER. */
export class CoordinatorLogError extends Error {
  override readonly name = 'CoordinatorLogError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error that a client is told when the internal topic could not be written, from the error of the write. */
export function errorOfAppend(errorCode: number): number {
  switch (errorCode) {
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.FENCED_LEADER_EPOCH:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR;
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.INVALID_FETCH_SIZE:
      return ErrorCode.UNKNOWN_SERVER_ERROR;
    default:
      return errorCode;
  }
}

/** Encodes the key of a record: two bytes that say what it is the key of, and its fields. */
export function recordKey<In>(message: KeyedMessage<unknown, In>, key: In): Buffer {
  const body = encodeStruct(message, 0, key);
  const bytes = Buffer.allocUnsafe(2 + body.length);
  bytes.writeInt16BE(message.key, 0);
  body.copy(bytes, 2);
  return bytes;
}
