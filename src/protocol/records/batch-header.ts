/**
 * The header of a record batch in a buffer, read and written in place: each function takes the place where the batch
 * begins. Nothing else in the project knows where the fields are.
 */
import { crc32c } from '../../base/crc32c.ts';
import { type ExactInt64, readExactInt64, readInt64, writeExactInt64, writeInt64 } from '../../base/int64.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { ErrorCode } from '../error-codes.ts';
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  CONTROL_FLAG,
  CRC_AT,
  DELETE_HORIZON_FLAG,
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
} from './batch-format.ts';

const KEPT_ATTRIBUTES = COMPRESSION_MASK | TRANSACTIONAL_FLAG | CONTROL_FLAG | DELETE_HORIZON_FLAG;

/** @throws {ProtocolError} CORRUPT_MESSAGE beyond 2^53. */
function int64At(buffer: Buffer, at: number): number {
  const value = readInt64(buffer, at);
  if (Number.isSafeInteger(value)) return value;
  throw new ProtocolError(
    ErrorCode.CORRUPT_MESSAGE,
    `an offset or a producer id of a record batch is ${readExactInt64(buffer, at)}, beyond 2^53`,
  );
}

export function baseOffsetAt(buffer: Buffer, at: number): number {
  return int64At(buffer, at + BASE_OFFSET_AT);
}

export function lastOffsetDeltaAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
}

export function lastOffsetAt(buffer: Buffer, at: number): number {
  return baseOffsetAt(buffer, at) + lastOffsetDeltaAt(buffer, at);
}

export function leaderEpochAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + PARTITION_LEADER_EPOCH_AT);
}

export function magicAt(buffer: Buffer, at: number): number {
  return buffer.readInt8(at + MAGIC_AT);
}

/** The checksum that the batch says it has. */
export function crcAt(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at + CRC_AT);
}

export function attributesAt(buffer: Buffer, at: number): number {
  return buffer.readInt16BE(at + ATTRIBUTES_AT);
}

/** Producers may write any time: beyond 2^53 (milliseconds to the year 287396; nanoseconds) it is the nearest number. */
export function baseTimestampAt(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + BASE_TIMESTAMP_AT);
}

/** As {@link baseTimestampAt}. */
export function maxTimestampAt(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + MAX_TIMESTAMP_AT);
}

export function exactBaseTimestampAt(buffer: Buffer, at: number): ExactInt64 {
  return readExactInt64(buffer, at + BASE_TIMESTAMP_AT);
}

export function exactMaxTimestampAt(buffer: Buffer, at: number): ExactInt64 {
  return readExactInt64(buffer, at + MAX_TIMESTAMP_AT);
}

export function producerIdAt(buffer: Buffer, at: number): number {
  return int64At(buffer, at + PRODUCER_ID_AT);
}

export function producerEpochAt(buffer: Buffer, at: number): number {
  return buffer.readInt16BE(at + PRODUCER_EPOCH_AT);
}

export function baseSequenceAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + BASE_SEQUENCE_AT);
}

export function recordsCountAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + RECORDS_COUNT_AT);
}

/** The size that the header says, whether or not all of it is in the buffer; -1 when it is no header of magic 2. */
export function claimedBatchSizeAt(buffer: Buffer, at: number): number {
  const size = LOG_OVERHEAD_BYTES + buffer.readInt32BE(at + LENGTH_AT);
  return size < BATCH_HEADER_BYTES || buffer[at + MAGIC_AT] !== MAGIC ? -1 : size;
}

/**
 * The size of the batch when it can be one: a plausible length, magic 2, within `end`. Otherwise -1 when the bytes cannot
 * be a batch, 0 when they may be one that is cut off.
 */
export function batchSizeAt(buffer: Buffer, at: number, end: number): number {
  if (end - at < BATCH_HEADER_BYTES) return 0;
  const size = claimedBatchSizeAt(buffer, at);
  return size <= end - at ? size : 0;
}

/**
 * The size of the batch, or undefined when too few bytes are there to tell. The batch itself may end behind the buffer.
 * @throws {ProtocolError} CORRUPT_MESSAGE when the length or the magic cannot be those of a batch.
 */
export function requireBatchSizeAt(buffer: Buffer, at: number): number | undefined {
  if (at + MAGIC_AT >= buffer.length) return undefined;
  const size = claimedBatchSizeAt(buffer, at);
  if (size !== -1) return size;
  const magic = magicAt(buffer, at);
  throw new ProtocolError(
    ErrorCode.CORRUPT_MESSAGE,
    magic === MAGIC
      ? `a record batch has the length ${buffer.readInt32BE(at + LENGTH_AT)}`
      : `a record batch has the magic ${magic}, not ${MAGIC}`,
  );
}

/** The checksum covers everything from the attributes on. */
function computeCrc(buffer: Buffer, at: number, sizeInBytes: number): number {
  return crc32c(buffer, at + ATTRIBUTES_AT, at + sizeInBytes);
}

/** Whether the checksum is right. */
export function isCrcValid(buffer: Buffer, at: number, sizeInBytes: number): boolean {
  return crcAt(buffer, at) === computeCrc(buffer, at, sizeInBytes);
}

export function stampCrc(buffer: Buffer, at: number, sizeInBytes: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, at, sizeInBytes), at + CRC_AT);
}

/** The checksum does not cover it. */
export function stampBaseOffset(buffer: Buffer, at: number, baseOffset: number): void {
  writeInt64(buffer, at + BASE_OFFSET_AT, baseOffset);
}

/** The checksum does not cover it. */
export function stampLeaderEpoch(buffer: Buffer, at: number, leaderEpoch: number): void {
  buffer.writeInt32BE(leaderEpoch, at + PARTITION_LEADER_EPOCH_AT);
}

/**
 * Sets the largest timestamp and whose clock it is from, and so a new checksum. Attributes without a meaning are not kept,
 * as in Kafka.
 */
export function stampTimestamp(
  buffer: Buffer,
  at: number,
  batch: {
    readonly sizeInBytes: number;
    readonly timestampMs: ExactInt64;
    readonly isLogAppendTime: boolean;
  },
): void {
  const kept = attributesAt(buffer, at) & KEPT_ATTRIBUTES;
  buffer.writeInt16BE(batch.isLogAppendTime ? kept | LOG_APPEND_TIME_FLAG : kept, at + ATTRIBUTES_AT);
  writeExactInt64(buffer, at + MAX_TIMESTAMP_AT, batch.timestampMs);
  stampCrc(buffer, at, batch.sizeInBytes);
}

/**
 * Says that the records of a batch that takes the whole buffer are under another codec now, and how long it has become,
 * with a new checksum. Attributes without a meaning are not kept.
 */
export function stampCompression(batch: Buffer, compressionId: number): void {
  const kept = attributesAt(batch, 0) & (KEPT_ATTRIBUTES | LOG_APPEND_TIME_FLAG) & ~COMPRESSION_MASK;
  batch.writeInt32BE(batch.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  batch.writeInt16BE(kept | compressionId, ATTRIBUTES_AT);
  stampCrc(batch, 0, batch.length);
}

/** What compaction changes in the header of a batch; offsets, epochs, producer and sequence stay. */
export interface CompactedFields {
  readonly attributes: number;
  readonly baseTimestamp: ExactInt64;
  readonly maxTimestamp: ExactInt64;
  readonly recordsCount: number;
}

/** Says what is left of a batch that takes the whole buffer, and how long it has become, with a new checksum. */
export function stampCompacted(batch: Buffer, fields: CompactedFields): void {
  batch.writeInt32BE(batch.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  batch.writeInt16BE(fields.attributes, ATTRIBUTES_AT);
  writeExactInt64(batch, BASE_TIMESTAMP_AT, fields.baseTimestamp);
  writeExactInt64(batch, MAX_TIMESTAMP_AT, fields.maxTimestamp);
  batch.writeInt32BE(fields.recordsCount, RECORDS_COUNT_AT);
  stampCrc(batch, 0, batch.length);
}

/** Who wrote a batch; all -1 for a producer that is not idempotent. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** The checksum is the caller's to stamp. */
export function writeProducer(buffer: Buffer, at: number, producer: BatchProducer): void {
  writeInt64(buffer, at + PRODUCER_ID_AT, producer.producerId);
  buffer.writeInt16BE(producer.producerEpoch, at + PRODUCER_EPOCH_AT);
  buffer.writeInt32BE(producer.baseSequence, at + BASE_SEQUENCE_AT);
}

/** All fields of a header that follow neither from the size nor from the bytes of the batch. */
export interface BatchFields extends BatchProducer {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly recordsCount: number;
}

/** Writes the header of a batch that takes the whole buffer and whose records are in their place, with its checksum. */
export function writeBatchHeader(batch: Buffer, fields: BatchFields): void {
  stampBaseOffset(batch, 0, fields.baseOffset);
  batch.writeInt32BE(batch.length - LOG_OVERHEAD_BYTES, LENGTH_AT);
  stampLeaderEpoch(batch, 0, fields.leaderEpoch);
  batch[MAGIC_AT] = MAGIC;
  batch.writeInt16BE(fields.attributes, ATTRIBUTES_AT);
  batch.writeInt32BE(fields.lastOffsetDelta, LAST_OFFSET_DELTA_AT);
  writeInt64(batch, BASE_TIMESTAMP_AT, fields.baseTimestamp);
  writeInt64(batch, MAX_TIMESTAMP_AT, fields.maxTimestamp);
  writeProducer(batch, 0, fields);
  batch.writeInt32BE(fields.recordsCount, RECORDS_COUNT_AT);
  stampCrc(batch, 0, batch.length);
}
