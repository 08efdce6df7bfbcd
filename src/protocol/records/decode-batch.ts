import { viewOf } from '../../base/buffer-view.ts';
import { addExactInt64, type ExactInt64 } from '../../base/int64.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { VARLONG_BYTES_MAX, zigZagOfHalves } from '../../base/varint.ts';
import { decompress, DECOMPRESSED_BYTES_MAX } from '../compression/compression.ts';
import { ErrorCode } from '../error-codes.ts';
import { NO_TIMESTAMP, RECORD_BYTES_MIN } from './batch-format.ts';
import type { BatchView } from './batch-view.ts';
import { NO_HEADERS, type Header, type Record } from './record.ts';

/** Text decoding without the argument checks of `Buffer.toString`; present on every Buffer of Node. */
interface Utf8Slice {
  utf8Slice(start: number, end: number): string;
}

/** Two numbers that are smaller have a sum that is a safe integer. */
const ADDED_EXACTLY_MAX = 2 ** 52;

/**
 * Decodes the records of a batch; the checksum is not looked at.
 *
 * @param options.fromOffset records below it are left out: a fetch answers with whole batches.
 * @param options.decompressedBytesMax more than that is refused.
 * @param options.into an array that the records are appended to, and that is answered.
 * @throws {ProtocolError} CORRUPT_MESSAGE
 */
export function decodeBatch(
  batch: BatchView,
  options?: {
    readonly fromOffset?: number;
    readonly decompressedBytesMax?: number;
    readonly into?: Record[];
  },
): Record[] {
  const records = options?.into ?? [];
  const iterator = new RecordIterator(batch, options);
  const fromOffset = options?.fromOffset ?? Number.MIN_SAFE_INTEGER;
  while (iterator.next()) {
    if (iterator.offset >= fromOffset) records.push(iterator.record());
  }
  return records;
}

/**
 * Walks over the records of a batch without making objects of them: {@link next}, then the fields, then perhaps
 * {@link record}.
 */
export class RecordIterator {
  /** The uncompressed records. */
  readonly bytes: Buffer;
  offset = 0;
  /** Beyond 2^53 the nearest number; see {@link exactTimestamp}. */
  timestamp = 0;
  /** -1: the key is null. */
  keyLength = -1;
  keyStart = 0;
  /** -1: the value is null. */
  valueLength = -1;
  valueStart = 0;
  headersCount = 0;
  #headersStart = 0;
  /** Where the next record begins. */
  #position = 0;
  #left: number;
  readonly #baseOffset: number;
  readonly #baseTimestamp: number;
  /** The time of all records, or -1: each has its own. */
  readonly #appendTime: number;
  /** Whether times may be beyond 2^53, so that they are added up exactly. */
  #isWide: boolean;
  #exactTimestamp: ExactInt64 = 0;
  /** The time of the current record before its base is added, where {@link #varlong} has no safe integer. */
  #wideDelta: ExactInt64 = 0;
  readonly #batch: BatchView;

  /**
   * @param options.ownTimes each record's own time, also where the batch says that the log has set one for all.
   * @throws {ProtocolError} CORRUPT_MESSAGE
   * @throws {DecompressedTooLargeError}
   */
  constructor(
    batch: BatchView,
    options?: { readonly decompressedBytesMax?: number | undefined; readonly ownTimes?: boolean },
  ) {
    const { compression } = batch;
    this.bytes =
      compression === 'none'
        ? batch.payload
        : decompress(compression, batch.payload, options?.decompressedBytesMax ?? DECOMPRESSED_BYTES_MAX);
    this.#left = batch.recordsCount;
    this.#baseOffset = batch.baseOffset;
    this.#baseTimestamp = batch.baseTimestamp;
    this.#appendTime =
      batch.isLogAppendTime && options?.ownTimes !== true ? batch.maxTimestamp : NO_TIMESTAMP;
    this.#batch = batch;
    this.#isWide = Math.max(Math.abs(this.#baseTimestamp), this.#appendTime) >= ADDED_EXACTLY_MAX;
    if (this.#left < 0 || this.#left * RECORD_BYTES_MIN > this.bytes.length) {
      throw corrupt(`${this.#left} records cannot fit into ${this.bytes.length} bytes`);
    }
  }

  /** Where in {@link bytes} the current record ends, and the next one begins. */
  get position(): number {
    return this.#position;
  }

  /** How many records are still to be read. */
  get left(): number {
    return this.#left;
  }

  /** Goes to the next record; false at the end. */
  next(): boolean {
    const { bytes } = this;
    if (this.#left === 0) {
      if (this.#position !== bytes.length) throw corrupt('bytes follow the last record of a batch');
      return false;
    }
    this.#left--;
    const length = this.#varint();
    const end = this.#position + length;
    if (length < RECORD_BYTES_MIN - 1 || end > bytes.length)
      throw corrupt(`a record has the length ${length}`);
    this.#position++; // The attributes of a record have no meaning yet.
    const timestampDelta = this.#varlong();
    this.timestamp =
      this.#appendTime === NO_TIMESTAMP ? this.#baseTimestamp + timestampDelta : this.#appendTime;
    if (this.#isWide) this.#addExactly(timestampDelta);
    this.offset = this.#baseOffset + this.#varint();
    this.keyLength = this.#varint();
    this.keyStart = this.#position;
    if (this.keyLength > 0) this.#position += this.keyLength;
    this.valueLength = this.#varint();
    this.valueStart = this.#position;
    if (this.valueLength > 0) this.#position += this.valueLength;
    this.headersCount = this.#varint();
    this.#headersStart = this.#position;
    if (this.keyLength < -1 || this.valueLength < -1 || this.headersCount < 0) {
      throw corrupt('a length in a record is negative');
    }
    if (this.headersCount > 0) this.#skipHeaders(end);
    // What ran over the end of the record, or of the buffer, shows here at the latest.
    if (this.#position !== end) throw corrupt('a record does not have the length it says');
    return true;
  }

  /** The time of the current record without loss. */
  get exactTimestamp(): ExactInt64 {
    return this.#isWide ? this.#exactTimestamp : this.timestamp;
  }

  /** The current record as an object, with views on {@link bytes}. */
  record(): Record {
    const { bytes } = this;
    return {
      offset: this.offset,
      timestamp: this.timestamp,
      key: this.keyLength < 0 ? null : viewOf(bytes, this.keyStart, this.keyStart + this.keyLength),
      value: this.valueLength < 0 ? null : viewOf(bytes, this.valueStart, this.valueStart + this.valueLength),
      headers: this.headersCount === 0 ? NO_HEADERS : this.headers(),
    };
  }

  /** The headers of the current record. */
  headers(): readonly Header[] {
    const { bytes } = this;
    const after = this.#position;
    const headers: Header[] = [];
    this.#position = this.#headersStart;
    for (let i = 0; i < this.headersCount; i++) {
      const keyLength = this.#varint();
      const keyEnd = this.#position + keyLength;
      const key = (bytes as Buffer & Utf8Slice).utf8Slice(this.#position, keyEnd);
      this.#position = keyEnd;
      const valueLength = this.#varint();
      const valueEnd = this.#position + Math.max(0, valueLength);
      headers.push({ key, value: valueLength < 0 ? null : viewOf(bytes, this.#position, valueEnd) });
      this.#position = valueEnd;
    }
    this.#position = after;
    return headers;
  }

  #addExactly(delta: number): void {
    const exactDelta = Number.isSafeInteger(delta) ? delta : this.#wideDelta;
    this.#exactTimestamp =
      this.#appendTime === NO_TIMESTAMP
        ? addExactInt64(this.#batch.exactBaseTimestamp, exactDelta)
        : this.#batch.exactMaxTimestamp;
    this.timestamp = Number(this.#exactTimestamp);
  }

  #skipHeaders(end: number): void {
    for (let i = 0; i < this.headersCount; i++) {
      const keyLength = this.#varint();
      if (keyLength < 0) throw corrupt('a header has no key');
      this.#position += keyLength;
      const valueLength = this.#varint();
      if (valueLength < -1) throw corrupt('a length in a record is negative');
      if (valueLength > 0) this.#position += valueLength;
      if (this.#position > end) throw corrupt('a header ends behind its record');
    }
  }

  /** Bytes behind the buffer read as 0, which ends the number: {@link next} checks the place afterwards. */
  #varint(): number {
    const { bytes } = this;
    const first = bytes[this.#position++] as number;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    const second = bytes[this.#position++] as number;
    if (second < 0x80) {
      const value = (first & 0x7f) | (second << 7);
      return (value >>> 1) ^ -(value & 1);
    }
    return this.#longVarint((first & 0x7f) | ((second & 0x7f) << 7));
  }

  #longVarint(low: number): number {
    let value = low;
    for (let shift = 14; shift < 35; shift += 7) {
      const byte = this.bytes[this.#position++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const unsigned = value >>> 0;
        return (unsigned >>> 1) ^ -(unsigned & 1);
      }
    }
    throw corrupt('a varint takes more than five bytes');
  }

  #varlong(): number {
    const start = this.#position;
    const { bytes } = this;
    const first = bytes[this.#position++] as number;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = bytes[this.#position++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    this.#position = start;
    return this.#longVarlong();
  }

  /** More than 28 bits: only times are so long. Beyond 2^53 it is the nearest number, and exact in {@link #wideDelta}. */
  #longVarlong(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < VARLONG_BYTES_MAX; i++) {
      const byte = this.bytes[this.#position++] ?? 0;
      if (i < 4) low |= (byte & 0x7f) << (7 * i);
      else high += (byte & 0x7f) * 2 ** (7 * (i - 4));
      if (byte >= 0x80) continue;
      const exact = zigZagOfHalves(low, high);
      const nearest = Number(exact);
      if (Math.abs(nearest) >= ADDED_EXACTLY_MAX) this.#isWide = true;
      this.#wideDelta = exact;
      return nearest;
    }
    throw corrupt('a varlong takes more than ten bytes');
  }
}

function corrupt(message: string): ProtocolError {
  return new ProtocolError(ErrorCode.CORRUPT_MESSAGE, message);
}
