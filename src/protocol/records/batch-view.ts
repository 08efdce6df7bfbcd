import { crc32c } from '../../base/crc32c.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { compressionOfId, type Compression } from '../compression/compression.ts';
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
  NO_PRODUCER_ID,
  PARTITION_LEADER_EPOCH_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORDS_AT,
  RECORDS_COUNT_AT,
  TRANSACTIONAL_FLAG,
} from './batch-format.ts';
import { readInt64, writeInt64 } from './int64.ts';

/**
 * A record batch in a buffer, without a look at its records: what a broker needs to check it, to stamp offset and epoch
 * in place and to serve the same bytes again.
 */
export class BatchView {
  readonly buffer: Buffer;
  /** Where the batch begins in {@link buffer}. */
  readonly start: number;
  /** All of it, from the base offset to the end of the records. */
  readonly sizeInBytes: number;

  /**
   * @throws {ProtocolError} CORRUPT_MESSAGE when no whole batch of magic 2 begins at `start`; the checksum is not looked
   *   at, see {@link isValid}.
   */
  constructor(buffer: Buffer, start = 0) {
    this.buffer = buffer;
    this.start = start;
    const size = sizeOfBatchAt(buffer, start);
    if (size === undefined || start + size > buffer.length) throw corrupt('a record batch is cut short');
    this.sizeInBytes = size;
  }

  get end(): number {
    return this.start + this.sizeInBytes;
  }

  get baseOffset(): number {
    return readInt64(this.buffer, this.start + BASE_OFFSET_AT);
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  /** The offset that follows the batch. */
  get nextOffset(): number {
    return this.lastOffset + 1;
  }

  get lastOffsetDelta(): number {
    return this.buffer.readInt32BE(this.start + LAST_OFFSET_DELTA_AT);
  }

  get partitionLeaderEpoch(): number {
    return this.buffer.readInt32BE(this.start + PARTITION_LEADER_EPOCH_AT);
  }

  /** The checksum that the batch says it has. */
  get crc(): number {
    return this.buffer.readUInt32BE(this.start + CRC_AT);
  }

  /** Whether the checksum fits the bytes. */
  isValid(): boolean {
    return this.crc === this.#computeCrc();
  }

  get attributes(): number {
    return this.buffer.readInt16BE(this.start + ATTRIBUTES_AT);
  }

  /** @throws {ProtocolError} UNSUPPORTED_COMPRESSION_TYPE */
  get compression(): Compression {
    return compressionOfId(this.attributes & COMPRESSION_MASK);
  }

  get isLogAppendTime(): boolean {
    return (this.attributes & LOG_APPEND_TIME_FLAG) !== 0;
  }

  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL_FLAG) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & CONTROL_FLAG) !== 0;
  }

  /** True: {@link baseTimestamp} is not a time of records but the one when tombstones and markers may go. */
  get hasDeleteHorizon(): boolean {
    return (this.attributes & DELETE_HORIZON_FLAG) !== 0;
  }

  get baseTimestamp(): number {
    return readInt64(this.buffer, this.start + BASE_TIMESTAMP_AT);
  }

  get maxTimestamp(): number {
    return readInt64(this.buffer, this.start + MAX_TIMESTAMP_AT);
  }

  /** -1 when the producer is not idempotent. */
  get producerId(): number {
    return readInt64(this.buffer, this.start + PRODUCER_ID_AT);
  }

  get hasProducerId(): boolean {
    return this.producerId !== NO_PRODUCER_ID;
  }

  get producerEpoch(): number {
    return this.buffer.readInt16BE(this.start + PRODUCER_EPOCH_AT);
  }

  get baseSequence(): number {
    return this.buffer.readInt32BE(this.start + BASE_SEQUENCE_AT);
  }

  /** The sequence number of the last record, which wraps around to 0 after 2^31 - 1. */
  get lastSequence(): number {
    const base = this.baseSequence;
    return base < 0 ? base : (base + this.lastOffsetDelta) % 2 ** 31;
  }

  /** Records in the batch; fewer than offsets, once it has been compacted. */
  get recordsCount(): number {
    return this.buffer.readInt32BE(this.start + RECORDS_COUNT_AT);
  }

  /** The records as they are in the batch, compressed or not. */
  get payload(): Buffer {
    return this.buffer.subarray(this.start + RECORDS_AT, this.end);
  }

  /** The batch's bytes, as a view. */
  get bytes(): Buffer {
    return this.start === 0 && this.sizeInBytes === this.buffer.length
      ? this.buffer
      : this.buffer.subarray(this.start, this.end);
  }

  /** Sets the base offset; the checksum does not cover it. */
  stampOffset(baseOffset: number): void {
    writeInt64(this.buffer, this.start + BASE_OFFSET_AT, baseOffset);
  }

  /** Sets the leader epoch; the checksum does not cover it. */
  stampLeaderEpoch(epoch: number): void {
    this.buffer.writeInt32BE(epoch, this.start + PARTITION_LEADER_EPOCH_AT);
  }

  /** Makes `timestamp` the time of all records (`message.timestamp.type=LogAppendTime`) and mends the checksum. */
  stampLogAppendTime(timestamp: number): void {
    this.buffer.writeInt16BE(this.attributes | LOG_APPEND_TIME_FLAG, this.start + ATTRIBUTES_AT);
    writeInt64(this.buffer, this.start + MAX_TIMESTAMP_AT, timestamp);
    this.#stampCrc();
  }

  /** Sets producer and sequence, as when a batch is sent again under a new epoch, and mends the checksum. */
  stampProducer(producer: {
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly baseSequence: number;
  }): void {
    writeInt64(this.buffer, this.start + PRODUCER_ID_AT, producer.producerId);
    this.buffer.writeInt16BE(producer.producerEpoch, this.start + PRODUCER_EPOCH_AT);
    this.buffer.writeInt32BE(producer.baseSequence, this.start + BASE_SEQUENCE_AT);
    this.#stampCrc();
  }

  #stampCrc(): void {
    this.buffer.writeUInt32BE(this.#computeCrc(), this.start + CRC_AT);
  }

  #computeCrc(): number {
    return crc32c(this.buffer, this.start + ATTRIBUTES_AT, this.end);
  }
}

/**
 * The size of the batch that begins at `start`, or undefined when too few bytes are there to tell. The batch itself may
 * end behind the buffer.
 * @throws {ProtocolError} CORRUPT_MESSAGE when the length or the magic cannot be those of a batch.
 */
export function sizeOfBatchAt(buffer: Buffer, start: number): number | undefined {
  if (start + MAGIC_AT >= buffer.length) return undefined;
  const length = buffer.readInt32BE(start + LENGTH_AT);
  if (length < BATCH_HEADER_BYTES - LOG_OVERHEAD_BYTES)
    throw corrupt(`a record batch has the length ${length}`);
  if (buffer[start + MAGIC_AT] !== MAGIC) {
    throw corrupt(`a record batch has the magic ${buffer[start + MAGIC_AT]}, not ${MAGIC}`);
  }
  return length + LOG_OVERHEAD_BYTES;
}

/**
 * Visits the batches of a buffer in order. A batch that is cut short at the end is left out, as a consumer must do with
 * the last one of a fetch.
 * @returns the bytes of the whole batches.
 * @throws {ProtocolError} CORRUPT_MESSAGE
 */
export function forEachBatch(buffer: Buffer, visit: (batch: BatchView) => void): number {
  let at = 0;
  for (;;) {
    const size = sizeOfBatchAt(buffer, at);
    if (size === undefined || at + size > buffer.length) return at;
    visit(new BatchView(buffer, at));
    at += size;
  }
}

/** The batches of a buffer, as {@link forEachBatch} visits them. */
export function batchesOf(buffer: Buffer): BatchView[] {
  const batches: BatchView[] = [];
  forEachBatch(buffer, (batch) => batches.push(batch));
  return batches;
}

function corrupt(message: string): ProtocolError {
  return new ProtocolError(ErrorCode.CORRUPT_MESSAGE, message);
}
