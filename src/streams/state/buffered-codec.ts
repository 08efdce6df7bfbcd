import { Change } from '../change.ts';
import type { Serde } from '../serde.ts';
import { decodeBuffered, encodeBuffered } from './buffer-format.ts';
import { int64OfText, int64Text, type KeyCodec } from './key-codec.ts';
import type { Buffered } from './states.ts';

/** What the keys of Kafka Streams' buffer of a join with grace begin with (its TimeFirstWindowKeySchema). */
export const TIME_FIRST = '\u0000';
/** A key that begins with its time ends in an order of four bytes, one of earlier versions of Millrace in one of eight. */
export const ORDER_BYTES = 4;
const EARLIER_ORDER_BYTES = 8;
const TIME_FIRST_BYTES = TIME_FIRST.length + 8;

/** Whether a key begins with its time, as those of joins with grace do, but for those of earlier versions of Millrace. */
export function beginsWithTime(changelogKey: string, timeMs: number): boolean {
  return changelogKey.startsWith(TIME_FIRST + int64Text(timeMs));
}

/** The time that a key begins with; undefined where it cannot. */
export function timeAtBeginning(changelogKey: string): number | undefined {
  return changelogKey.startsWith(TIME_FIRST) && changelogKey.length >= TIME_FIRST_BYTES + ORDER_BYTES
    ? int64OfText(changelogKey, TIME_FIRST.length)
    : undefined;
}

/** The number behind all that records of one key and time were given, as a key of the changelog ends in it. */
export function orderOf(changelogKey: string, timeMs: number): number {
  const bytes = beginsWithTime(changelogKey, timeMs) ? ORDER_BYTES : EARLIER_ORDER_BYTES;
  return int64OfText('\0\0\0\0'.slice(bytes - ORDER_BYTES) + changelogKey.slice(-bytes), 0);
}

/** Waiting records as bytes, the same in the engine and in the changelog. */
export class BufferedCodec<K, V> {
  readonly #perKey: boolean;
  readonly #keys: KeyCodec<K>;
  readonly #serde: Serde<unknown>;
  readonly #topic: string;

  constructor(options: {
    readonly perKey: boolean;
    readonly keys: KeyCodec<K>;
    readonly valueSerde: Serde<unknown>;
    readonly topic: string;
  }) {
    this.#perKey = options.perKey;
    this.#keys = options.keys;
    this.#serde = options.valueSerde;
    this.#topic = options.topic;
  }

  encode(entry: Buffered<K, V>): Buffer {
    const bytesOf = (value: unknown): Buffer | null =>
      value == null ? null : this.#serde.serialize(this.#topic, value);
    const { value } = entry;
    const values =
      value instanceof Change
        ? { newValue: bytesOf(value.newValue), oldValue: bytesOf(value.oldValue) }
        : { newValue: bytesOf(value), oldValue: null };
    return encodeBuffered({ ...entry, ...values });
  }

  decode(changelogKey: string, bytes: Buffer): Buffered<K, V> {
    const read = decodeBuffered(bytes);
    const isTimeFirst = !this.#perKey && beginsWithTime(changelogKey, read.timestamp);
    // Kafka Streams leaves the last field, which has the time, empty there.
    const waiting = isTimeFirst ? { ...read, time: read.timestamp } : read;
    const of = (value: Buffer | null): unknown => value && this.#serde.deserialize(this.#topic, value);
    const value = this.#perKey
      ? new Change(of(waiting.newValue), of(waiting.oldValue))
      : of(waiting.newValue);
    const [from, to] = isTimeFirst ? [TIME_FIRST_BYTES, -ORDER_BYTES] : [0, -EARLIER_ORDER_BYTES];
    const keyText = this.#perKey ? changelogKey : changelogKey.slice(from, to);
    return { ...waiting, key: this.#keys.key(keyText), value: value as V };
  }
}
