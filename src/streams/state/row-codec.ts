import { viewOf } from '../../base/buffer-view.ts';
import type { Serde } from '../serde.ts';
import { SerdeError } from '../serdes.ts';
import { readInt64 } from '../../base/int64.ts';
import type { ValueCodec } from './state-map.ts';
import type { ValueAndTimestamp } from './store.ts';

/** Rows as Kafka Streams' timestamped stores keep them: the event time in 8 bytes, then the value. */
export function rowCodec<V>(serde: Serde<V>, topic: string): ValueCodec<ValueAndTimestamp<V>> {
  return {
    write(rows, { value, timestamp }, encoded = bytesOfValue(serde, topic, value)) {
      rows.appendInt64(timestamp);
      rows.append(encoded, 0, encoded.length);
    },
    decode: (bytes) => ({
      value: serde.deserialize(topic, viewOf(bytes, 8, bytes.length)),
      timestamp: readInt64(bytes, 0),
    }),
  };
}

/** The bytes of a row's value. @throws {SerdeError} where it has none, and what the serde throws. */
export function bytesOfValue<V>(serde: Serde<V>, topic: string, value: V): Buffer {
  const bytes: unknown = serde.serialize(topic, value);
  if (Buffer.isBuffer(bytes)) return bytes;
  throw new SerdeError(
    `a value of ${topic} serializes to ${bytes === null ? 'nothing' : 'what is no Buffer'}`,
  );
}
