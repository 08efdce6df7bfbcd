import {
  type BytesCodec,
  bytesCodec,
  doubleCodec,
  integerCodec,
  longCodec,
  stringCodec,
} from './binary-primitives.ts';
import type { Int64 } from './model/int64.ts';
import { type Serde, SerdeError } from './serde.ts';

function serdeOf<T>(codec: BytesCodec<T>): Serde<T> {
  return {
    serialize: (_topic, value) => (value === null ? null : codec.encode(value)),
    deserialize: (_topic, bytes) => (bytes === null ? null : codec.decode(bytes)),
  };
}

/** UTF-8 text. */
export function stringSerde(): Serde<string> {
  return serdeOf(stringCodec);
}

/** 32 bits, big-endian, as Kafka's IntegerSerializer. */
export function integerSerde(): Serde<number> {
  return serdeOf(integerCodec);
}

/** 64 bits, big-endian, as Kafka's LongSerializer; a bigint beyond 2^53. */
export function longSerde(): Serde<Int64> {
  return serdeOf(longCodec);
}

/** 64 bits, IEEE 754, as Kafka's DoubleSerializer. */
export function doubleSerde(): Serde<number> {
  return serdeOf(doubleCodec);
}

/** The bytes themselves, not copied. */
export function bytesSerde(): Serde<Buffer> {
  return serdeOf(bytesCodec);
}

/** JSON text of plain JavaScript values. `T` is what you say it is: nothing is checked. */
export function jsonSerde<T>(): Serde<T> {
  return {
    serialize(_topic, value) {
      return value === null ? null : Buffer.from(JSON.stringify(value), 'utf8');
    },
    deserialize(_topic, bytes) {
      if (bytes === null) return null;
      try {
        return JSON.parse(bytes.toString('utf8')) as T;
      } catch (error) {
        throw new SerdeError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    },
  };
}
