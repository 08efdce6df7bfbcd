import type { Serde } from '../serde.ts';
import type { JoinSide } from './states.ts';

/** The flag that Kafka's list serializer writes for elements of varying size. */
export const VARIABLE_SIZE = 1;

/**
 * The values of one side's unmatched records of one key and time as Kafka's serialized list: a flag, the count, and for each
 * element its length and bytes, which begin with its side.
 */
export class UnmatchedCodec {
  readonly #side: JoinSide;
  readonly #serde: Serde<unknown>;
  readonly #topic: string;

  constructor(side: JoinSide, serde: Serde<unknown>, topic: string) {
    this.#side = side;
    this.#serde = serde;
    this.#topic = topic;
  }

  encode(_key: string, values: readonly unknown[]): Buffer {
    const parts: Buffer[] = [];
    const head = Buffer.allocUnsafe(5);
    head[0] = VARIABLE_SIZE;
    head.writeInt32BE(values.length, 1);
    parts.push(head);
    for (const value of values) {
      const bytes = this.#serde.serialize(this.#topic, value);
      const { length } = bytes ?? Buffer.alloc(0);
      const prefix = Buffer.allocUnsafe(5);
      prefix.writeInt32BE(length + 1, 0);
      prefix[4] = this.#side === 'left' ? 1 : 0;
      parts.push(prefix);
      if (bytes) parts.push(bytes);
    }
    return Buffer.concat(parts);
  }

  decode(_key: string, bytes: Buffer): unknown[] {
    const values: unknown[] = [];
    for (let at = 5; at < bytes.length; ) {
      const length = bytes.readInt32BE(at);
      values.push(this.#serde.deserialize(this.#topic, bytes.subarray(at + 5, at + 4 + length)));
      at += 4 + length;
    }
    return values;
  }
}
