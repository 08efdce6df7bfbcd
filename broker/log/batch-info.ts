import { crc32c } from '../../src/base/crc32c.ts';
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  CONTROL_FLAG,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD_BYTES,
  MAGIC,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PARTITION_LEADER_EPOCH_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORDS_COUNT_AT,
  TRANSACTIONAL_FLAG,
} from '../../src/protocol/records/batch-format.ts';
import { readInt64, writeInt64 } from '../../src/protocol/records/int64.ts';

/**
 * What the log wants to know of a batch: its header, read once, also where only the header is in memory (a `BatchView`
 * wants the whole batch). One object per batch, none per record.
 */
export class BatchInfo {
  /** Where the batch begins: in the segment file when scanned from there, else in the appended buffer. */
  readonly position: number;
  readonly sizeInBytes: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordsCount: number;

  /**
   * Reads the header at `at`; the caller has seen to it that it is there, with {@link batchSizeAt}.
   * @throws {ProtocolError} CORRUPT_MESSAGE when a number in it is beyond 2^53.
   */
  constructor(buffer: Buffer, at: number, position: number) {
    this.position = position;
    this.sizeInBytes = LOG_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT);
    this.baseOffset = readInt64(buffer, at + BASE_OFFSET_AT);
    this.lastOffset = this.baseOffset + buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
    this.leaderEpoch = buffer.readInt32BE(at + PARTITION_LEADER_EPOCH_AT);
    this.attributes = buffer.readInt16BE(at + ATTRIBUTES_AT);
    this.baseTimestamp = readInt64(buffer, at + BASE_TIMESTAMP_AT);
    this.maxTimestamp = readInt64(buffer, at + MAX_TIMESTAMP_AT);
    this.producerId = readInt64(buffer, at + PRODUCER_ID_AT);
    this.producerEpoch = buffer.readInt16BE(at + PRODUCER_EPOCH_AT);
    this.baseSequence = buffer.readInt32BE(at + BASE_SEQUENCE_AT);
    this.recordsCount = buffer.readInt32BE(at + RECORDS_COUNT_AT);
  }

  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL_FLAG) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & CONTROL_FLAG) !== 0;
  }

  get usesLogAppendTime(): boolean {
    return (this.attributes & LOG_APPEND_TIME_FLAG) !== 0;
  }
}

/**
 * The size of the batch at `at` when it can be one: a plausible length, magic 2, within `end`. Otherwise -1 when the
 * bytes cannot be a batch, 0 when they may be one that is cut off.
 */
export function batchSizeAt(buffer: Buffer, at: number, end: number): number {
  if (end - at < BATCH_HEADER_BYTES) return 0;
  const size = LOG_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT);
  if (size < BATCH_HEADER_BYTES || buffer[at + MAGIC_AT] !== MAGIC) return -1;
  return size <= end - at ? size : 0;
}

/** The size that the header at `at` claims, whether or not all of it is in the buffer; -1 when it is no header. */
export function claimedBatchSizeAt(buffer: Buffer, at: number): number {
  const size = LOG_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT);
  return size < BATCH_HEADER_BYTES || buffer[at + MAGIC_AT] !== MAGIC ? -1 : size;
}

export function baseOffsetAt(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + BASE_OFFSET_AT);
}

export function lastOffsetAt(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + BASE_OFFSET_AT) + buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
}

export function magicAt(buffer: Buffer, at: number): number {
  return buffer.readInt8(at + MAGIC_AT);
}

/** Whether the batch's checksum is right; it covers everything from the attributes on. */
export function isCrcValid(buffer: Buffer, at: number, sizeInBytes: number): boolean {
  return buffer.readUInt32BE(at + CRC_AT) === crc32c(buffer, at + ATTRIBUTES_AT, at + sizeInBytes);
}

/** Base offset and leader epoch lie outside of the checksum. */
export function stampBatch(buffer: Buffer, at: number, baseOffset: number, leaderEpoch: number): void {
  writeInt64(buffer, at + BASE_OFFSET_AT, baseOffset);
  buffer.writeInt32BE(leaderEpoch, at + PARTITION_LEADER_EPOCH_AT);
}

/** Sets the largest timestamp, and so a new checksum. */
export function stampMaxTimestamp(
  buffer: Buffer,
  at: number,
  batch: { readonly sizeInBytes: number; readonly timestampMs: number },
): void {
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, batch.timestampMs);
  buffer.writeUInt32BE(crc32c(buffer, at + ATTRIBUTES_AT, at + batch.sizeInBytes), at + CRC_AT);
}

/** Makes the batch one of LogAppendTime: attribute bit, max timestamp, and so a new checksum. */
export function stampLogAppendTime(
  buffer: Buffer,
  at: number,
  batch: { readonly sizeInBytes: number; readonly timestampMs: number },
): void {
  buffer.writeInt16BE(buffer.readInt16BE(at + ATTRIBUTES_AT) | LOG_APPEND_TIME_FLAG, at + ATTRIBUTES_AT);
  stampMaxTimestamp(buffer, at, batch);
}
