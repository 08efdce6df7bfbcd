import { viewOf } from '../../base/buffer-view.ts';
import type { Serde } from '../serde.ts';
import { SerdeError } from '../serdes.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';
import type { ValueCodec } from './state-map.ts';
import type { ValueAndTimestamp } from './store.ts';

/** Rows as Kafka Streams' timestamped stores keep them: the event time in 8 bytes, then the value. */
export function rowCodec<V>(serde: Serde<V>, topic: string): ValueCodec<ValueAndTimestamp<V>> {
  return {
    encode(row) {
      const value = serde.serialize(topic, row.value);
      if (value === null) throw new SerdeError(`a value of ${topic} serializes to nothing`);
      return rowBytes(value, row.timestamp);
    },
    decode: (bytes) => ({
      value: serde.deserialize(topic, viewOf(bytes, 8, bytes.length)),
      timestamp: readInt64(bytes, 0),
    }),
  };
}

/** A row whose value is bytes already. */
function rowBytes(value: Buffer, timestamp: number): Buffer {
  const bytes = Buffer.allocUnsafe(8 + value.length);
  writeInt64(bytes, 0, timestamp);
  value.copy(bytes, 8);
  return bytes;
}
