import { InvalidSchemaError } from '../invalid-schema.ts';

/** Protobuf's wire format, as far as descriptors use it: varints and what has a length. "Encoding" in the Protobuf guides. */

const VARINT = 0;
const LENGTH = 2;
/** Bytes of a fixed value, by its wire type. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

type WireValue = bigint | Buffer;

/** A message's fields by number, in the order in which they came. */
export class WireMessage {
  readonly #fields = new Map<number, WireValue[]>();

  /** @throws {InvalidSchemaError} for bytes that are no message. */
  constructor(bytes: Buffer) {
    let at = 0;
    const varint = (): bigint => {
      let [value, shift] = [0n, 0n];
      for (;;) {
        const byte = bytes[at];
        if (byte === undefined || shift > 63n) throw new InvalidSchemaError('not a descriptor');
        at += 1;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
        shift += 7n;
      }
    };
    while (at < bytes.length) {
      const key = Number(varint());
      const wireType = key & 7;
      const length = wireType === LENGTH ? Number(varint()) : FIXED[wireType];
      if (wireType !== VARINT && (length === undefined || at + length > bytes.length)) {
        throw new InvalidSchemaError('not a descriptor');
      }
      const value = length === undefined ? varint() : bytes.subarray(at, at + length);
      at += length ?? 0;
      const values = this.#fields.get(key >>> 3) ?? [];
      values.push(value);
      this.#fields.set(key >>> 3, values);
    }
  }

  texts(field: number): string[] {
    return this.#bytes(field).map((bytes) => bytes.toString());
  }

  text(field: number): string | undefined {
    return this.texts(field).at(-1);
  }

  messages(field: number): WireMessage[] {
    return this.#bytes(field).map((bytes) => new WireMessage(bytes));
  }

  message(field: number): WireMessage | undefined {
    return this.messages(field).at(-1);
  }

  /** Numbers of 32 bits, packed or not. */
  numbers(field: number): number[] {
    return this.#values(field).flatMap((value) =>
      typeof value === 'bigint' ? [Number(BigInt.asIntN(32, value))] : [...value],
    );
  }

  number(field: number): number | undefined {
    return this.numbers(field).at(-1);
  }

  flag(field: number): boolean {
    return this.number(field) === 1;
  }

  #values(field: number): readonly WireValue[] {
    return this.#fields.get(field) ?? [];
  }

  #bytes(field: number): Buffer[] {
    return this.#values(field).filter((value) => typeof value !== 'bigint');
  }
}

/** Puts a message together, field by field. */
export class WireWriter {
  readonly #parts: Buffer[] = [];

  number(field: number, value: number | undefined): this {
    if (value === undefined) return this;
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  flag(field: number, value: boolean): this {
    return this.number(field, value ? 1 : undefined);
  }

  text(field: number, value: string | undefined): this {
    return value === undefined ? this : this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: WireWriter | undefined): this {
    return value === undefined ? this : this.bytes(field, value.end());
  }

  bytes(field: number, value: Buffer): this {
    this.#varint((BigInt(field) << 3n) | BigInt(LENGTH));
    this.#varint(BigInt(value.length));
    this.#parts.push(value);
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#parts.push(Buffer.from(bytes));
  }
}
