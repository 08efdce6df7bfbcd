import { readInt64, writeInt64 } from '../base/int64.ts';
import { utf8Bytes, utf8Text } from '../base/short-text.ts';
import { SerdeError } from '../serde/model/serde-error.ts';
import { madeBy, OWN_MODULE, portable } from './portable.ts';
import { avro, jsonSchema, protobuf } from './schema-serdes.ts';
import type { Serde } from './serde.ts';
import type { TextSerde } from './text-serde.ts';

export { SerdeError };

function fixedSize(bytes: Buffer, size: number, type: string): void {
  if (bytes.length !== size) {
    throw new SerdeError(`size of data received by the ${type} deserializer is ${bytes.length}, not ${size}`);
  }
}

const text: TextSerde<string> = {
  serialize: (_topic, value) => utf8Bytes(value),
  deserialize: (_topic, bytes) => utf8Text(bytes),
  // Plain JavaScript may hand in what is no text.
  textOf: (value) => (typeof value === 'string' ? value : undefined),
  ofText: (value) => value,
};

const string: Serde<string> = text;

/** 64-bit signed integer, big-endian; as a number, checked at 2^53. */
const long: Serde<number> = {
  serialize(_topic, value) {
    if (!Number.isSafeInteger(value)) throw new SerdeError(`${value} is not an integer within 2^53`);
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, 0, value);
    return bytes;
  },
  deserialize(_topic, bytes) {
    fixedSize(bytes, 8, 'long');
    const value = readInt64(bytes, 0);
    if (!Number.isSafeInteger(value)) throw new SerdeError('a 64-bit integer beyond 2^53: use Serdes.bigint');
    return value;
  },
};

const bigint: Serde<bigint> = {
  serialize(_topic, value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(value, 0);
    return bytes;
  },
  deserialize(_topic, bytes) {
    fixedSize(bytes, 8, 'bigint');
    return bytes.readBigInt64BE(0);
  },
};

const integer: Serde<number> = {
  serialize(_topic, value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value, 0);
    return bytes;
  },
  deserialize(_topic, bytes) {
    fixedSize(bytes, 4, 'integer');
    return bytes.readInt32BE(0);
  },
};

const double: Serde<number> = {
  serialize(_topic, value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value, 0);
    return bytes;
  },
  deserialize(_topic, bytes) {
    fixedSize(bytes, 8, 'double');
    return bytes.readDoubleBE(0);
  },
};

const bytes: Serde<Buffer> = {
  serialize: (_topic, value) => value,
  deserialize: (_topic, value) => value,
};

/** JSON text of `T`; what is read is not checked to be one. */
function json<T>(): Serde<T> {
  return madeBy('Serdes.json', [], {
    serialize: (_topic, value) => Buffer.from(JSON.stringify(value), 'utf8'),
    deserialize: (_topic, text) => JSON.parse(text.toString('utf8')) as T,
  } satisfies Serde<T>);
}

/** Kafka's built-in formats, byte for byte, JSON, and formats by schemas of a registry. */
export const Serdes = {
  string,
  long,
  bigint,
  integer,
  double,
  bytes,
  json,
  avro,
  jsonSchema,
  protobuf,
} as const;

/** Those whose values cannot be changed, so that others may have them, too, by their names. */
export const immutableSerdes: ReadonlyMap<object, string> = new Map<object, string>([
  [string, 'string'],
  [long, 'long'],
  [bigint, 'bigint'],
  [integer, 'integer'],
  [double, 'double'],
]);

/** Those whose values all have so many bytes. */
export const fixedSizes: ReadonlyMap<object, number> = new Map<object, number>([
  [long, 8],
  [bigint, 8],
  [integer, 4],
  [double, 8],
]);

for (const [name, serde] of Object.entries({ string, long, bigint, integer, double, bytes }))
  portable(OWN_MODULE, { [`Serdes.${name}`]: serde });
