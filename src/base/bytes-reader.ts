import { TWO_POW_32 } from './int64.ts';
import { malformed } from './protocol-error.ts';
import { utf8Between } from './short-text.ts';

/** Kafka writes it for null, and reads any negative one as that. */
const NULL_LENGTH = -1;

/** The most that a string of the protocol may have, however its length is told: Kafka refuses longer ones in both ways. */
export const STRING_BYTES_MAX = 0x7fff;
/** Text of so many bytes has no more than {@link STRING_BYTES_MAX} when it is written again, whatever its bytes are. */
const TEXT_BYTES_SAFE = Math.floor(STRING_BYTES_MAX / 3);

/** The UUID of sixteen zero bytes, in Kafka's text form: it stands for "no UUID". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

/**
 * Reads the primitive types of the Kafka protocol, big-endian, from a part of a Buffer.
 *
 * Every read is checked against {@link end}; what does not fit ends in a ProtocolError. Nothing is ever allocated on
 * the word of a length that the bytes do not back. Byte strings are views on the buffer, not copies.
 */
export class BytesReader {
  readonly buffer: Buffer;
  position: number;
  /** Exclusive. */
  readonly end: number;

  constructor(buffer: Buffer, position = 0, end: number = buffer.length) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Reserves `length` bytes and answers where they begin. */
  take(length: number): number {
    const at = this.position;
    const next = at + length;
    if (next > this.end || length < 0) truncated(length, this.end - at);
    this.position = next;
    return at;
  }

  int8(): number {
    const at = this.take(1);
    return ((this.buffer[at] as number) << 24) >> 24;
  }

  uint8(): number {
    return this.buffer[this.take(1)] as number;
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0;
  }

  int16(): number {
    const b = this.buffer;
    const at = this.take(2);
    return (((b[at] as number) << 24) >> 16) | (b[at + 1] as number);
  }

  uint16(): number {
    const b = this.buffer;
    const at = this.take(2);
    return ((b[at] as number) << 8) | (b[at + 1] as number);
  }

  int32(): number {
    const b = this.buffer;
    const at = this.take(4);
    return (
      ((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)
    );
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /**
   * Beyond 2^53 it is the nearest number: the order is kept, so that an offset or a time that cannot be is found to be out
   * of range. Who stores it or sends it on has to refuse it; {@link BytesWriter.int64} does.
   */
  int64(): number {
    const high = this.int32();
    return high * TWO_POW_32 + (this.int32() >>> 0);
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  /** An unsigned varint of 32 bits (KIP-482). */
  unsignedVarint(): number {
    const first = this.uint8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.uint8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.uint8();
    if (last > 0x0f) malformed('a varint takes more than 32 bits');
    return (value | (last << 28)) >>> 0;
  }

  /** `length` bytes of UTF-8, which take no more than a string of the wire may have when they are written again. */
  text(length: number): string {
    if (length === 0) return '';
    if (length > STRING_BYTES_MAX) stringTooLong();
    const at = this.take(length);
    const text = utf8Between(this.buffer, at, at + length);
    // Each byte that is no UTF-8 is read as a character of three: the text may be longer than its bytes were.
    if (length > TEXT_BYTES_SAFE && Buffer.byteLength(text) > STRING_BYTES_MAX) stringTooLong();
    return text;
  }

  /** A view on `length` bytes. */
  view(length: number): Buffer {
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }

  string(): string {
    const length = this.int16();
    if (length < 0) nullNotAllowed('string', length);
    return this.text(length);
  }

  nullableString(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.text(length);
  }

  compactString(): string {
    const length = this.unsignedVarint();
    if (length === 0) nullNotAllowed('string', -1);
    return this.text(length - 1);
  }

  compactNullableString(): string | null {
    const length = this.unsignedVarint();
    return length === 0 ? null : this.text(length - 1);
  }

  bytes(): Buffer {
    const length = this.int32();
    if (length < 0) nullNotAllowed('byte string', length);
    return this.view(length);
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length < 0 ? null : this.view(length);
  }

  compactBytes(): Buffer {
    const length = this.unsignedVarint();
    if (length === 0) nullNotAllowed('byte string', -1);
    return this.view(length - 1);
  }

  compactNullableBytes(): Buffer | null {
    const length = this.unsignedVarint();
    return length === 0 ? null : this.view(length - 1);
  }

  /** Sixteen bytes, in Kafka's text form: 22 characters of base64url. */
  uuid(): string {
    const at = this.take(16);
    const b = this.buffer;
    let seen = 0;
    for (let i = at; i < at + 16; i++) seen |= b[i] as number;
    return seen === 0 ? ZERO_UUID : b.toString('base64url', at, at + 16);
  }

  /** The length of an array whose elements take at least `elementBytesMin` bytes each; -1 is null, as is less in Kafka. */
  arrayLength(elementBytesMin: number): number {
    const length = Math.max(NULL_LENGTH, this.int32());
    if (length * elementBytesMin > this.end - this.position) arrayTooLong(length, this.end - this.position);
    return length;
  }

  /** As {@link arrayLength}, of the flexible versions. */
  compactArrayLength(elementBytesMin: number): number {
    const length = this.unsignedVarint() - 1;
    if (length * elementBytesMin > this.end - this.position) arrayTooLong(length, this.end - this.position);
    return length;
  }

  /** Skips the tagged fields that end a struct of which no tag is known (KIP-482). */
  skipTaggedFields(): void {
    const count = this.unsignedVarint();
    for (let i = 0; i < count; i++) {
      this.unsignedVarint();
      this.take(this.unsignedVarint());
    }
  }

  /** @throws {ProtocolError} when bytes are left: the message was longer than its declaration. */
  expectEnd(): void {
    if (this.position !== this.end)
      malformed(`${this.end - this.position} bytes follow the end of the message`);
  }
}

function stringTooLong(): never {
  return malformed(`a string has more than ${STRING_BYTES_MAX} bytes`);
}

function truncated(wanted: number, remaining: number): never {
  return malformed(`${wanted} bytes expected where ${remaining} are left`);
}

function negative(what: string, length: number): never {
  return malformed(`a ${what} has the length ${length}`);
}

function nullNotAllowed(what: string, length: number): never {
  return length === -1 ? malformed(`a ${what} is null where it may not be`) : negative(what, length);
}

function arrayTooLong(length: number, remaining: number): never {
  return malformed(`an array of ${length} elements cannot fit into the ${remaining} bytes left`);
}
