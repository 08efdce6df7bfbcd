import { readInt64, writeInt64 } from '../../base/int64.ts';
import { isShortAscii, putLatin1 } from '../../base/short-text.ts';
import { madeBy } from '../portable.ts';
import type { Header } from '../record.ts';
import type { Serde } from '../serde.ts';
import { preparationWithin } from '../serde-within.ts';
import { isTextSerde } from '../text-serde.ts';
import { SerdeError } from '../serdes.ts';
import { Windowed } from './windowed.ts';

/** How many bytes of a key are its window, by serde. */
const windowLengths = new WeakMap<object, number>();

function windowed<K>(
  windowLength: number,
  keySerde: Serde<K>,
  serde: Serde<Windowed<K>>,
): Serde<Windowed<K>> {
  windowLengths.set(serde, windowLength);
  return Object.assign(
    serde,
    preparationWithin(keySerde, (bytes) => [bytes.subarray(0, bytes.length - windowLength)]),
  );
}

/**
 * Returns how many of the last bytes of a key are its window; 0 for serdes of other keys. All windows of a key go into one
 * partition, as Kafka Streams' WindowedStreamPartitioner has it: the partition is chosen without them.
 */
export function windowLengthOf(keySerde: object): number {
  return windowLengths.get(keySerde) ?? 0;
}

/**
 * Keys of time windows, as Kafka Streams writes them to a topic: the key, then the window's start in 8 bytes. The end
 * is not written: whoever reads needs the window's size.
 */
export function timeWindowedSerde<K>(keySerde: Serde<K>, windowSizeMs: number): Serde<Windowed<K>> {
  const serde = windowed<K>(8, keySerde, {
    serialize(topic, { key, window }, headers) {
      const bytes = keyWithRoom(keySerde, 8, { topic, key, headers });
      writeInt64(bytes, bytes.length - 8, window.startMs);
      return bytes;
    },
    deserialize(topic, bytes, headers) {
      if (bytes.length < 8) throw new SerdeError(`a windowed key of ${bytes.length} bytes has no window`);
      const startMs = readInt64(bytes, bytes.length - 8);
      const key = keySerde.deserialize(topic, bytes.subarray(0, bytes.length - 8), headers);
      return new Windowed(key, { startMs, endMs: startMs + windowSizeMs });
    },
  });
  return madeBy('timeWindowedSerde', [keySerde, windowSizeMs], serde);
}

/** Keys of sessions, as Kafka Streams writes them to a topic: the key, then the session's end and start. */
export function sessionWindowedSerde<K>(keySerde: Serde<K>): Serde<Windowed<K>> {
  const serde = windowed<K>(16, keySerde, {
    serialize(topic, { key, window }, headers) {
      const bytes = keyWithRoom(keySerde, 16, { topic, key, headers });
      const at = bytes.length - 16;
      writeInt64(bytes, at, window.endMs);
      writeInt64(bytes, at + 8, window.startMs);
      return bytes;
    },
    deserialize(topic, bytes, headers) {
      if (bytes.length < 16) throw new SerdeError(`a session key of ${bytes.length} bytes has no window`);
      const at = bytes.length - 16;
      const window = { endMs: readInt64(bytes, at), startMs: readInt64(bytes, at + 8) };
      return new Windowed(keySerde.deserialize(topic, bytes.subarray(0, at), headers), window);
    },
  });
  return madeBy('sessionWindowedSerde', [keySerde], serde);
}

/** The bytes of a key, with so many more behind them for its window. */
function keyWithRoom<K>(
  serde: Serde<K>,
  room: number,
  {
    topic,
    key,
    headers,
  }: { readonly topic: string; readonly key: K; readonly headers?: readonly Header[] | undefined },
): Buffer {
  const text = isTextSerde(serde) ? serde.textOf(key) : undefined;
  if (text !== undefined && isShortAscii(text)) {
    const bytes = Buffer.allocUnsafe(text.length + room);
    putLatin1(bytes, 0, text);
    return bytes;
  }
  const plain = serde.serialize(topic, key, headers) ?? Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(plain.length + room);
  plain.copy(bytes);
  return bytes;
}
