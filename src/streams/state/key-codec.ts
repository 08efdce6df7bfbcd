import { TWO_POW_32 } from '../../base/int64.ts';
import { isShortAscii, latin1Bytes } from '../../base/short-text.ts';
import { SerdeError } from '../serdes.ts';
import type { Serde } from '../serde.ts';
import { checkedBounds } from './key-bounds.ts';
import type { ScanRange } from './engine.ts';
import type { StoreRange } from './store.ts';
import { isTextSerde, type TextSerde } from '../text-serde.ts';

/** V8 makes no shorter text a view of another one, which would be kept alive by it. */
const VIEW_LENGTH_MIN = 13;

/** Turns keys into the latin1 byte strings that stores are keyed by. Remembers the last key, which is asked for twice. */
export class KeyCodec<K> {
  readonly #serde: Serde<K>;
  readonly #topic: string;
  readonly #texts: TextSerde<K> | undefined;
  #lastKey: K | undefined = undefined;
  #lastText = '';

  constructor(serde: Serde<K>, topic: string) {
    this.#serde = serde;
    this.#topic = topic;
    this.#texts = isTextSerde(serde) ? serde : undefined;
  }

  text(key: K): string {
    if (key === this.#lastKey && key !== undefined) return this.#lastText;
    const text = this.#ownText(key) ?? this.#textOfBytes(key);
    this.#lastKey = key;
    this.#lastText = text;
    return text;
  }

  key(text: string): K {
    if (this.#texts !== undefined && isShortAscii(text)) return this.#texts.ofText(text);
    return this.#serde.deserialize(this.#topic, latin1Bytes(text));
  }

  /** Where the keys lie that are asked for; all, where no range is given. */
  rangeOf(range: StoreRange<K> | undefined): ScanRange {
    if (range === undefined) return { from: '', to: undefined };
    const { descending } = range;
    if ('bytes' in range) {
      const { from, to } = range.bytes;
      return { from: from.toString('latin1'), to: to?.toString('latin1'), descending };
    }
    const { from, to } = checkedBounds(range.keys);
    return {
      from: from === undefined || from === null ? '' : this.text(from),
      // The first text behind it.
      to: to === undefined || to === null ? undefined : `${this.text(to)}\0`,
      descending,
    };
  }

  /** The text that the key itself has. */
  #ownText(key: K): string | undefined {
    const text = this.#texts?.textOf(key);
    if (text === undefined || !isShortAscii(text)) return undefined;
    return text.length < VIEW_LENGTH_MIN ? text : undefined;
  }

  #textOfBytes(key: K): string {
    const bytes = this.#serde.serialize(this.#topic, key);
    if (bytes === null) throw new SerdeError(`a key of ${this.#topic} serializes to nothing`);
    return bytes.toString('latin1', 0, bytes.length);
  }
}

/** Eight big-endian bytes, as a piece of a key: sorts as the number does. */
export function int64Text(value: number): string {
  const high = Math.floor(value / TWO_POW_32);
  const low = value - high * TWO_POW_32;
  return String.fromCharCode(
    (high >>> 24) & 0xff,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    (low >>> 24) & 0xff,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  );
}

export function int64OfText(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) value = value * 256 + text.charCodeAt(i);
  return value;
}
