import { readInt64, writeInt64 } from '../../base/int64.ts';
import type { Serde } from '../serde.ts';
import { SerdeError } from '../serdes.ts';
import { Windowed } from './windowed.ts';

/**
 * Keys of time windows, as Kafka Streams writes them to a topic: the key, then the window's start in 8 bytes. The end
 * is not written: whoever reads needs the window's size.
 */
export function timeWindowedSerde<K>(keySerde: Serde<K>, windowSizeMs: number): Serde<Windowed<K>> {
  return {
    serialize(topic, windowed, headers) {
      const key = keySerde.serialize(topic, windowed.key, headers) ?? Buffer.alloc(0);
      const bytes = Buffer.allocUnsafe(key.length + 8);
      key.copy(bytes);
      writeInt64(bytes, key.length, windowed.window.startMs);
      return bytes;
    },
    deserialize(topic, bytes, headers) {
      if (bytes.length < 8) throw new SerdeError(`a windowed key of ${bytes.length} bytes has no window`);
      const startMs = readInt64(bytes, bytes.length - 8);
      const key = keySerde.deserialize(topic, bytes.subarray(0, bytes.length - 8), headers);
      return new Windowed(key, { startMs, endMs: startMs + windowSizeMs });
    },
  };
}

/** Keys of sessions, as Kafka Streams writes them to a topic: the key, then the session's end and start. */
export function sessionWindowedSerde<K>(keySerde: Serde<K>): Serde<Windowed<K>> {
  return {
    serialize(topic, windowed, headers) {
      const key = keySerde.serialize(topic, windowed.key, headers) ?? Buffer.alloc(0);
      const bytes = Buffer.allocUnsafe(key.length + 16);
      key.copy(bytes);
      writeInt64(bytes, key.length, windowed.window.endMs);
      writeInt64(bytes, key.length + 8, windowed.window.startMs);
      return bytes;
    },
    deserialize(topic, bytes, headers) {
      if (bytes.length < 16) throw new SerdeError(`a session key of ${bytes.length} bytes has no window`);
      const at = bytes.length - 16;
      const window = { endMs: readInt64(bytes, at), startMs: readInt64(bytes, at + 8) };
      return new Windowed(keySerde.deserialize(topic, bytes.subarray(0, at), headers), window);
    },
  };
}
