import type { Header } from '../record.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';

const NULL = -1;
const SAME_AS_PRIOR = -2;

/** A waiting change with its values as bytes. */
interface BufferedBytes {
  readonly time: number;
  readonly timestamp: number;
  readonly offset: number;
  readonly topic: string;
  readonly partition: number;
  readonly headers: readonly Header[];
  readonly newValue: Buffer | null;
  readonly oldValue: Buffer | null;
}

/**
 * A suppressed change in the format of Kafka Streams' suppression changelog, version 3: the context of the record
 * (time, offset, topic, partition, headers), the prior, old and new values, and the time that the buffer is ordered by.
 */
export function encodeBuffered(entry: BufferedBytes): Buffer {
  const parts: Buffer[] = [int64(entry.timestamp), int64(entry.offset)];
  const topic = Buffer.from(entry.topic, 'utf8');
  parts.push(int32(topic.length), topic, int32(entry.partition), int32(entry.headers.length));
  for (const header of entry.headers) {
    const key = Buffer.from(header.key, 'utf8');
    parts.push(int32(key.length), key, ...sized(header.value));
  }
  parts.push(...sized(entry.oldValue));
  parts.push(int32(entry.oldValue === null ? NULL : SAME_AS_PRIOR));
  parts.push(...sized(entry.newValue), int64(entry.time));
  return Buffer.concat(parts);
}

export function decodeBuffered(bytes: Buffer): BufferedBytes {
  let at = 0;
  const take = (length: number): Buffer => {
    const piece = bytes.subarray(at, at + length);
    at += length;
    return piece;
  };
  const takeInt32 = (): number => take(4).readInt32BE(0);
  const takeInt64 = (): number => readInt64(take(8), 0);
  const takeSized = (length: number): Buffer | null => (length === NULL ? null : take(length));

  const timestamp = takeInt64();
  const offset = takeInt64();
  const topic = take(takeInt32()).toString('utf8');
  const partition = takeInt32();
  const headers: Header[] = [];
  for (let left = takeInt32(); left > 0; left--) {
    const key = take(takeInt32()).toString('utf8');
    headers.push({ key, value: takeSized(takeInt32()) });
  }
  const prior = takeSized(takeInt32());
  const oldLength = takeInt32();
  const oldValue = oldLength === SAME_AS_PRIOR ? prior : takeSized(oldLength);
  const newValue = takeSized(takeInt32());
  return { timestamp, offset, topic, partition, headers, oldValue, newValue, time: takeInt64() };
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  writeInt64(bytes, 0, value);
  return bytes;
}

function sized(value: Buffer | null): Buffer[] {
  return value === null ? [int32(NULL)] : [int32(value.length), value];
}
