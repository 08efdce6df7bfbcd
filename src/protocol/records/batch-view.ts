import type { ExactInt64 } from '../../base/int64.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { compressionOfId, type Compression } from '../compression/compression.ts';
import { ErrorCode } from '../error-codes.ts';
import {
  COMPRESSION_MASK,
  CONTROL_FLAG,
  DELETE_HORIZON_FLAG,
  LOG_APPEND_TIME_FLAG,
  NO_PRODUCER_ID,
  RECORDS_AT,
  TRANSACTIONAL_FLAG,
} from './batch-format.ts';
import * as header from './batch-header.ts';

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
    const size = header.requireBatchSizeAt(buffer, start);
    if (size === undefined || start + size > buffer.length) throw corrupt('a record batch is cut short');
    this.sizeInBytes = size;
  }

  get end(): number {
    return this.start + this.sizeInBytes;
  }

  get baseOffset(): number {
    return header.baseOffsetAt(this.buffer, this.start);
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  /** The offset that follows the batch. */
  get nextOffset(): number {
    return this.lastOffset + 1;
  }

  get lastOffsetDelta(): number {
    return header.lastOffsetDeltaAt(this.buffer, this.start);
  }

  get partitionLeaderEpoch(): number {
    return header.leaderEpochAt(this.buffer, this.start);
  }

  /** The checksum that the batch says it has. */
  get crc(): number {
    return header.crcAt(this.buffer, this.start);
  }

  /** Whether the checksum fits the bytes. */
  isValid(): boolean {
    return header.isCrcValid(this.buffer, this.start, this.sizeInBytes);
  }

  get attributes(): number {
    return header.attributesAt(this.buffer, this.start);
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
    return header.baseTimestampAt(this.buffer, this.start);
  }

  get maxTimestamp(): number {
    return header.maxTimestampAt(this.buffer, this.start);
  }

  get exactBaseTimestamp(): ExactInt64 {
    return header.exactBaseTimestampAt(this.buffer, this.start);
  }

  get exactMaxTimestamp(): ExactInt64 {
    return header.exactMaxTimestampAt(this.buffer, this.start);
  }

  /** -1 when the producer is not idempotent. */
  get producerId(): number {
    return header.producerIdAt(this.buffer, this.start);
  }

  get hasProducerId(): boolean {
    return this.producerId !== NO_PRODUCER_ID;
  }

  get producerEpoch(): number {
    return header.producerEpochAt(this.buffer, this.start);
  }

  get baseSequence(): number {
    return header.baseSequenceAt(this.buffer, this.start);
  }

  /** The sequence number of the last record, which wraps around to 0 after 2^31 - 1. */
  get lastSequence(): number {
    const base = this.baseSequence;
    return base < 0 ? base : (base + this.lastOffsetDelta) % 2 ** 31;
  }

  /** Records in the batch; fewer than offsets, once it has been compacted. */
  get recordsCount(): number {
    return header.recordsCountAt(this.buffer, this.start);
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
    header.stampBaseOffset(this.buffer, this.start, baseOffset);
  }

  /** Sets the leader epoch; the checksum does not cover it. */
  stampLeaderEpoch(epoch: number): void {
    header.stampLeaderEpoch(this.buffer, this.start, epoch);
  }

  /** Makes `timestamp` the time of all records (`message.timestamp.type=LogAppendTime`) and mends the checksum. */
  stampLogAppendTime(timestamp: number): void {
    header.stampTimestamp(this.buffer, this.start, {
      isLogAppendTime: true,
      sizeInBytes: this.sizeInBytes,
      timestampMs: timestamp,
    });
  }

  /** Sets producer and sequence, as when a batch is sent again under a new epoch, and mends the checksum. */
  stampProducer(producer: header.BatchProducer): void {
    header.writeProducer(this.buffer, this.start, producer);
    header.stampCrc(this.buffer, this.start, this.sizeInBytes);
  }
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
    const size = header.requireBatchSizeAt(buffer, at);
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
