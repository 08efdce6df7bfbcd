import type { Int64 } from '../model/int64.ts';
import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES, putSchemaId } from '../schemas/envelope.ts';

const BYTES_MIN = 1024;
/** Memory that long rows have taken is given back. */
const KEPT_MAX = 1 << 20;
const TWO_POW_28 = 2 ** 28;
const INT_MAX = 2 ** 30;
/** Twice of it is a safe integer. */
const EXACT_MAX = 2 ** 52;

/** Writes Avro's binary encoding, a record after the other, into memory of its own. */
export class AvroOutput {
  readonly #schemaId: number;
  #bytes = Buffer.allocUnsafe(BYTES_MIN);
  #at = 0;

  constructor(schemaId: number) {
    this.#schemaId = schemaId;
  }

  begin(): void {
    this.#at = ENVELOPE_BYTES;
  }

  /** The record with its envelope. */
  take(): Buffer {
    putSchemaId(this.#bytes, this.#schemaId);
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    if (this.#bytes.length > KEPT_MAX) this.#bytes = Buffer.allocUnsafe(BYTES_MIN);
    return taken;
  }

  #room(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  boolean(value: boolean): void {
    this.#room(1);
    this.#bytes[this.#at++] = value ? 1 : 0;
  }

  int(value: number): void {
    this.#room(5);
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  long(value: Int64): void {
    if (typeof value !== 'number') this.#wideLong(value);
    else if (value < INT_MAX && value >= -INT_MAX) this.int(value);
    else if (value < EXACT_MAX && value >= -EXACT_MAX) this.#exactLong(value);
    else this.#wideLong(BigInt(value));
  }

  /** What a double holds zigzag. */
  #exactLong(value: number): void {
    this.#room(10);
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= TWO_POW_28) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #wideLong(value: bigint): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  float(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
  }

  double(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    const { length } = value;
    // Letters below 128 are a byte each: whether all are is found while they are written.
    if (length < 32) {
      this.#room(length + 1);
      const bytes = this.#bytes;
      const start = this.#at + 1;
      let all = 0;
      for (let index = 0; index < length; index++) {
        const code = value.charCodeAt(index);
        all |= code;
        bytes[start + index] = code;
      }
      if (all < 0x80) {
        bytes[this.#at] = length << 1;
        this.#at = start + length;
        return;
      }
    }
    const size = Buffer.byteLength(value, 'utf8');
    this.int(size);
    this.#room(size);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  bytes(value: Buffer): void {
    this.int(value.length);
    this.raw(value);
  }

  fixed(value: Buffer, length: number): void {
    if (value.length !== length) {
      throw new SerdeError(`a fixed of ${length} bytes cannot hold ${value.length}`);
    }
    this.raw(value);
  }

  raw(value: Buffer): void {
    this.#room(value.length);
    this.#at += value.copy(this.#bytes, this.#at);
  }
}
