import { assert } from './assert.ts';
import { STRING_BYTES_MAX, ZERO_UUID } from './bytes-reader.ts';
import { type ExactInt64, INT64_MAX, writeExactInt64, writeInt64 } from './int64.ts';
import { malformed } from './protocol-error.ts';

/** Strings up to this many characters are written by a loop, which is faster than the call into Node. */
const LOOP_CHARACTERS_MAX = 40;
/** Chunks up to this many bytes are copied: an entry in the socket's list of chunks costs more than that. */
const CHUNK_COPIED_BYTES_MAX = 512;

/**
 * Writes the primitive types of the Kafka protocol, big-endian, into a buffer that grows.
 *
 * Large byte strings ({@link chunk}) are not copied: they split the output, which therefore is a list of chunks
 * ({@link finish}). A writer is used for one message after another; what it has handed out is never written again.
 */
export class BytesWriter {
  buffer: Buffer;
  position = 0;
  /** Where the bytes begin that are not yet in {@link #chunks}. */
  #start = 0;
  #chunks: Buffer[] = [];
  /** Bytes in {@link #chunks}. */
  #chunkBytes = 0;
  readonly #slabBytes: number;

  /** @param slabBytes size of the blocks from which messages are cut; a larger message gets a block of its own. */
  constructor(slabBytes = 16 * 1024) {
    this.#slabBytes = slabBytes;
    this.buffer = Buffer.allocUnsafeSlow(slabBytes);
  }

  /** Bytes written since the last {@link finish}. */
  get length(): number {
    return this.#chunkBytes + this.position - this.#start;
  }

  /** Makes room for `length` bytes and answers where they begin. */
  reserve(length: number): number {
    const at = this.position;
    if (at + length > this.buffer.length) return this.#grow(length);
    this.position = at + length;
    return at;
  }

  #grow(length: number): number {
    const pending = this.position - this.#start;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#slabBytes, (pending + length) * 2));
    this.buffer.copy(grown, 0, this.#start, this.position);
    this.buffer = grown;
    this.#start = 0;
    this.position = pending + length;
    return pending;
  }

  int8(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  bool(value: boolean): void {
    const at = this.reserve(1);
    this.buffer[at] = value ? 1 : 0;
  }

  int16(value: number): void {
    const at = this.reserve(2);
    const b = this.buffer;
    b[at] = value >> 8;
    b[at + 1] = value;
  }

  uint16(value: number): void {
    this.int16(value);
  }

  int32(value: number): void {
    const at = this.reserve(4);
    const b = this.buffer;
    b[at] = value >> 24;
    b[at + 1] = value >> 16;
    b[at + 2] = value >> 8;
    b[at + 3] = value;
  }

  uint32(value: number): void {
    this.int32(value | 0);
  }

  /**
   * A safe integer, {@link INT64_MAX} or a bigint.
   * @throws {ProtocolError} for another number: it has been rounded, or never was an integer.
   */
  int64(value: ExactInt64): void {
    if (!Number.isSafeInteger(value)) {
      this.#wideInt64(value);
      return;
    }
    const at = this.reserve(8);
    writeInt64(this.buffer, at, value as number);
  }

  #wideInt64(value: ExactInt64): void {
    if (typeof value === 'number' && value !== INT64_MAX)
      malformed(`${value} is no 64-bit integer, or was rounded to this number`);
    const at = this.reserve(8);
    writeExactInt64(this.buffer, at, value);
  }

  float64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleBE(value, at);
  }

  /** `value` from 0 to 2^32 - 1. */
  unsignedVarint(value: number): void {
    if (value < 0x80) {
      const at = this.reserve(1);
      this.buffer[at] = value;
      return;
    }
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.int8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.int8(rest);
  }

  /** The text with a length of two bytes before it. */
  string(value: string): void {
    const length = value.length;
    if (length <= LOOP_CHARACTERS_MAX) {
      const at = this.reserve(length + 2);
      if (this.#ascii(value, at + 2)) {
        this.buffer[at] = 0;
        this.buffer[at + 1] = length;
        return;
      }
      this.position = at;
    }
    const bytes = this.#stringBytes(value);
    this.int16(bytes);
    this.text(value, bytes);
  }

  /** The text with an unsigned varint of its length plus one before it. */
  compactString(value: string): void {
    const length = value.length;
    if (length <= LOOP_CHARACTERS_MAX) {
      const at = this.reserve(length + 1);
      if (this.#ascii(value, at + 1)) {
        this.buffer[at] = length + 1;
        return;
      }
      this.position = at;
    }
    const bytes = this.#stringBytes(value);
    this.unsignedVarint(bytes + 1);
    this.text(value, bytes);
  }

  /** Readers refuse longer ones, also where the length of a compact string could be told. */
  #stringBytes(value: string): number {
    const bytes = Buffer.byteLength(value);
    if (bytes > STRING_BYTES_MAX) malformed(`a string has more than ${STRING_BYTES_MAX} bytes`);
    return bytes;
  }

  /** The UTF-8 of `value`, which takes `byteLength` bytes. */
  text(value: string, byteLength: number): void {
    const at = this.reserve(byteLength);
    this.buffer.write(value, at, byteLength, 'utf8');
  }

  /** Writes one byte a character; false when a character needs more. */
  #ascii(value: string, position: number): boolean {
    const b = this.buffer;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      b[position + i] = code;
    }
    return true;
  }

  /** 22 characters of base64url, as sixteen bytes. */
  uuid(value: string): void {
    const at = this.reserve(16);
    if (value === ZERO_UUID) {
      this.buffer.fill(0, at, at + 16);
      return;
    }
    assert(
      value.length === 22 && this.buffer.write(value, at, 16, 'base64url') === 16,
      'a UUID of the wire has 22 characters of base64url',
    );
  }

  /** Copies `value`, without a length. */
  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
  }

  /** Puts `value` into the output, without a length and, unless it is small, without a copy: it must not change. */
  chunk(value: Buffer): void {
    if (value.length <= CHUNK_COPIED_BYTES_MAX) {
      this.raw(value);
      return;
    }
    this.#cut();
    this.#chunks.push(value);
    this.#chunkBytes += value.length;
  }

  #cut(): void {
    if (this.position === this.#start) return;
    const piece = this.buffer.subarray(this.#start, this.position);
    this.#chunks.push(piece);
    this.#chunkBytes += piece.length;
    this.#start = this.position;
  }

  /** Starts a tagged field (KIP-482), whose size is known only at its end; answers what {@link endTag} needs. */
  beginTag(tag: number): number {
    this.unsignedVarint(tag);
    this.int8(0);
    return this.length;
  }

  /** Puts the size before the bytes written since {@link beginTag}, which moves them when it needs a second byte. */
  endTag(mark: number): void {
    const size = this.length - mark;
    if (size < 0x80) {
      this.buffer[this.position - size - 1] = size;
      return;
    }
    let extra = 0;
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) extra++;
    this.reserve(extra);
    const from = this.position - size - extra;
    this.buffer.copyWithin(from + extra, from, from + size);
    let rest = size;
    for (let at = from - 1; at < from + extra; at++) {
      this.buffer[at] = at === from + extra - 1 ? rest : (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
  }

  /** Overwrites the first four bytes of the message: how the size comes before a frame. */
  setInt32AtStart(value: number): void {
    const first = this.#chunks[0];
    if (first === undefined) this.buffer.writeInt32BE(value, this.#start);
    else first.writeInt32BE(value, 0);
  }

  /** Everything written since the last call, in order; the writer is empty again. */
  finish(): Buffer[] {
    this.#cut();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    return chunks;
  }

  /** As {@link finish}, in one buffer, copied only where there is more than one chunk. */
  finishBuffer(): Buffer {
    const chunks = this.finish();
    const [only] = chunks;
    return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  }

  /** Forgets what was written since the last {@link finish}: for a message that failed half-way. */
  reset(): void {
    this.position = this.#start;
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}
