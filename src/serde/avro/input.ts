import { utf8Between } from '../../base/short-text.ts';
import { type Int64, int64 } from '../model/int64.ts';
import { SerdeError } from '../model/serde-error.ts';

const TWO_POW_28 = 2 ** 28;

/** Reads Avro's binary encoding. One is used for all records of a reader: {@link begin} points it at the next one. */
export class AvroInput {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** @throws {SerdeError} where bytes are left: they were written with another schema. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) throw new SerdeError(`${left} bytes are left behind the value`);
  }

  #take(length: number): number {
    const at = this.#at;
    const next = at + length;
    if (!(length >= 0 && next <= this.#bytes.length)) {
      throw new SerdeError(`the bytes end ${next - this.#bytes.length} too early`);
    }
    this.#at = next;
    return at;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new SerdeError('the bytes end too early');
    this.#at += 1;
    return byte;
  }

  boolean(): boolean {
    return this.#byte() !== 0;
  }

  /** 32 bits, zigzag. */
  int(): number {
    const first = this.#byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    const last = this.#byte();
    if (last > 0x0f) throw new SerdeError('an int takes more than 32 bits');
    value |= last << 28;
    return (value >>> 1) ^ -(value & 1);
  }

  /** 64 bits, zigzag. */
  long(): Int64 {
    const start = this.#at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    let high = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.#byte();
      high |= (byte & 0x7f) << shift;
      // 49 bits at most: exact.
      if (byte < 0x80) return unzigzag(high * TWO_POW_28 + low, low & 1);
    }
    this.#at = start;
    return this.#wideLong();
  }

  #wideLong(): Int64 {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value >> 64n !== 0n) break;
      return int64((value >> 1n) ^ -(value & 1n));
    }
    throw new SerdeError('a long takes more than 64 bits');
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const length = this.length();
    if (length === 0) return '';
    const at = this.#take(length);
    return utf8Between(this.#bytes, at, at + length);
  }

  /** A copy: rows outlive the batch that they came in. */
  bytes(): Buffer {
    return this.fixed(this.length());
  }

  fixed(length: number): Buffer {
    const at = this.#take(length);
    return Buffer.from(this.#bytes.subarray(at, at + length));
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** The length of what follows. */
  length(): number {
    const length = Number(this.long());
    if (length < 0) throw new SerdeError(`a length below zero: ${length}`);
    return length;
  }

  /** How many items the next block of an array or a map has; 0 at its end. */
  count(): number {
    let count = Number(this.long());
    if (count < 0) {
      count = -count;
      this.long();
    }
    // An item takes a byte, if it is not a null: a count is not believed that the bytes do not back.
    if (count > this.#bytes.length - this.#at) throw new SerdeError(`more items than bytes: ${count}`);
    return count;
  }

  /** The branch of a union, or the symbol of an enum. */
  index(count: number): number {
    const index = this.int();
    if (index < 0 || index >= count) throw new SerdeError(`no choice ${index} of ${count}`);
    return index;
  }
}

function unzigzag(value: number, sign: number): number {
  return sign === 0 ? value / 2 : -(value + 1) / 2;
}
