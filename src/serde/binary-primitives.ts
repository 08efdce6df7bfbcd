import { readInt64, writeInt64 } from '../base/int64.ts';
import { utf8Bytes } from '../base/short-text.ts';
import { type Int64, int64 } from './model/int64.ts';
import { SerdeError } from './model/serde-error.ts';

/** Bytes of one primitive value, as Kafka's own serializers write it: big-endian, UTF-8. */
export interface BytesCodec<T> {
  encode(value: T): Buffer;
  /** @throws {SerdeError} when the length is wrong. */
  decode(bytes: Buffer): T;
}

function requireLength(bytes: Buffer, length: number, type: string): void {
  if (bytes.length !== length) {
    throw new SerdeError(`size of data received by ${type} deserializer is not ${length}: ${bytes.length}`);
  }
}

export const integerCodec: BytesCodec<number> = {
  encode(value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    return bytes;
  },
  decode(bytes) {
    requireLength(bytes, 4, 'INTEGER');
    return bytes.readInt32BE();
  },
};

export const longCodec: BytesCodec<Int64> = {
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    if (typeof value === 'bigint') {
      bytes.writeBigInt64BE(value);
    } else {
      writeInt64(bytes, 0, value);
    }
    return bytes;
  },
  decode(bytes) {
    requireLength(bytes, 8, 'BIGINT');
    const value = readInt64(bytes, 0);
    return Number.isSafeInteger(value) ? value : int64(bytes.readBigInt64BE());
  },
};

export const doubleCodec: BytesCodec<number> = {
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  decode(bytes) {
    requireLength(bytes, 8, 'DOUBLE');
    return bytes.readDoubleBE();
  },
};

export const stringCodec: BytesCodec<string> = {
  encode: utf8Bytes,
  decode: (bytes) => bytes.toString('utf8'),
};

export const bytesCodec: BytesCodec<Buffer> = {
  encode: (value) => value,
  decode: (bytes) => bytes,
};
