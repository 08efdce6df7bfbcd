import { type Memory, OWN_MEMORY } from '../../base/buffer-pool.ts';
import { assert } from '../../base/assert.ts';
import { putLatin1 } from '../../base/short-text.ts';
import {
  sizeOfVarint,
  sizeOfVarlong,
  VARLONG_BYTES_MAX,
  writeVarint,
  writeVarlong,
} from '../../base/varint.ts';
import { compress, idOfCompression, type Compression } from '../compression/compression.ts';
import {
  BATCH_HEADER_BYTES,
  CONTROL_FLAG,
  LOG_APPEND_TIME_FLAG,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  RECORDS_AT,
  TRANSACTIONAL_FLAG,
} from './batch-format.ts';
import { writeBatchHeader } from './batch-header.ts';
import type { HeaderInput } from './record.ts';

/** What a batch says beyond its records; what is left out is "none". */
export interface BatchHeader {
  readonly compression?: Compression;
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  /** Timestamps are the broker's: all records have the largest one. */
  readonly isLogAppendTime?: boolean;
}

/** A key or a value: bytes, or a text whose letters are bytes, which is written without a buffer for it. */
export type FieldInput = Uint8Array | string | null;

/** Up to this many bytes a loop is faster than the call of `set`. */
const LOOP_BYTES_MAX = 24;
const NO_BYTES = Buffer.alloc(0);

/**
 * Builds a record batch, record by record, in one growing buffer.
 *
 * Timestamps are stored as differences to the first record's, offsets count from 0 unless told otherwise.
 */
export class BatchBuilder {
  readonly #memory: Memory;
  #buffer: Buffer;
  #position = BATCH_HEADER_BYTES;
  #count = 0;
  #lastOffsetDelta = -1;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  /** @param initialBytes room to begin with; it doubles as needed. */
  constructor(initialBytes = 1024, memory: Memory = OWN_MEMORY) {
    this.#memory = memory;
    this.#buffer = memory.take(Math.max(initialBytes, BATCH_HEADER_BYTES + 64));
  }

  /** Records appended. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch, header included, before compression. */
  get sizeInBytes(): number {
    return this.#position;
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** The most that a record can add to {@link sizeInBytes}. */
  static bytesMax(key: FieldInput, value: FieldInput, headers?: readonly HeaderInput[]): number {
    // Length, attributes, timestamp (10), offset, key length, value length, header count.
    let size = 36 + (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
    if (headers === undefined) return size;
    for (const header of headers) {
      size += 10 + Buffer.byteLength(header.key) + (header.value === null ? 0 : header.value.length);
    }
    return size;
  }

  /**
   * Appends a record.
   * @param timestamp milliseconds since the epoch.
   * @param offsetDelta for batches with gaps, such as compacted ones; default: one more than the last.
   */
  append(
    key: FieldInput,
    value: FieldInput,
    timestamp: number,
    headers?: readonly HeaderInput[],
    offsetDelta: number = this.#lastOffsetDelta + 1,
  ): void {
    if (this.#count === 0) {
      this.#baseTimestamp = timestamp;
      this.#maxTimestamp = timestamp;
    } else if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp;
    }
    const timestampDelta = timestamp - this.#baseTimestamp;
    const hasHeaders = headers !== undefined && headers.length > 0;
    const size =
      1 +
      sizeOfVarlong(timestampDelta) +
      sizeOfVarint(offsetDelta) +
      sizeOfField(key) +
      sizeOfField(value) +
      (hasHeaders ? sizeOfHeaders(headers) : 1);
    const needed = this.#position + size + VARLONG_BYTES_MAX;
    if (needed > this.#buffer.length) this.#grow(needed);
    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#position, size);
    const end = at + size;
    buffer[at++] = 0;
    at = writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, offsetDelta);
    at = writeField(buffer, at, key);
    at = writeField(buffer, at, value);
    if (hasHeaders) at = writeHeaders(buffer, at, headers);
    else buffer[at++] = 0;
    assert(at === end, 'a record has the size that was computed for it');
    this.#position = at;
    this.#count++;
    this.#lastOffsetDelta = offsetDelta;
  }

  #grow(needed: number): void {
    const before = this.#buffer;
    this.#buffer = this.#memory.take(Math.max(needed, before.length * 2));
    before.copy(this.#buffer, 0, 0, this.#position);
    this.#memory.giveBack(before);
  }

  /** Gives its memory back, once: nobody may look at what was built without compression any more. */
  release(): void {
    this.#memory.giveBack(this.#buffer);
    this.#buffer = NO_BYTES;
  }

  /**
   * The finished batch, with its checksum. Uncompressed it is a view on the builder's own buffer: the builder must not
   * be used afterwards.
   */
  build(header: BatchHeader = {}): Buffer {
    const compression = header.compression ?? 'none';
    let batch = this.#buffer.subarray(0, this.#position);
    if (compression !== 'none') {
      const payload = compress(compression, batch.subarray(RECORDS_AT));
      batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + payload.length);
      batch.set(payload, RECORDS_AT);
    }
    this.#writeHeader(batch, header, compression);
    return batch;
  }

  #writeHeader(batch: Buffer, header: BatchHeader, compression: Compression): void {
    const attributes =
      idOfCompression(compression) |
      (header.isLogAppendTime === true ? LOG_APPEND_TIME_FLAG : 0) |
      (header.isTransactional === true ? TRANSACTIONAL_FLAG : 0) |
      (header.isControl === true ? CONTROL_FLAG : 0);
    writeBatchHeader(batch, {
      baseOffset: header.baseOffset ?? 0,
      leaderEpoch: header.partitionLeaderEpoch ?? NO_LEADER_EPOCH,
      attributes,
      lastOffsetDelta: this.#lastOffsetDelta,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId: header.producerId ?? NO_PRODUCER_ID,
      producerEpoch: header.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: header.baseSequence ?? NO_SEQUENCE,
      recordsCount: this.#count,
    });
  }
}

function sizeOfField(bytes: FieldInput): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeField(target: Buffer, position: number, bytes: FieldInput): number {
  if (bytes === null) {
    target[position] = 1; // -1, zig-zag
    return position + 1;
  }
  const { length } = bytes;
  const at = writeVarint(target, position, length);
  if (typeof bytes === 'string') {
    putLatin1(target, at, bytes);
  } else if (length <= LOOP_BYTES_MAX) {
    for (let i = 0; i < length; i++) target[at + i] = bytes[i] as number;
  } else {
    target.set(bytes, at);
  }
  return at + length;
}

function sizeOfHeaders(headers: readonly HeaderInput[]): number {
  let size = sizeOfVarint(headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    size += sizeOfVarint(keyBytes) + keyBytes + sizeOfField(header.value);
  }
  return size;
}

function writeHeaders(target: Buffer, position: number, headers: readonly HeaderInput[]): number {
  let at = writeVarint(target, position, headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    at = writeVarint(target, at, keyBytes);
    target.write(header.key, at, keyBytes, 'utf8');
    at = writeField(target, at + keyBytes, header.value);
  }
  return at;
}
