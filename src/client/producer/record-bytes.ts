import { isAscii } from '../../base/short-text.ts';
import type { ProducerHeader, ProducerRecord, RecordHeader, UndeliveredRecord } from '../types.ts';

/** A key or value as it is sent; strings are UTF-8. */
export function bytesOf(value: Buffer | string | null | undefined): Buffer | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** As a batch takes it: what is ASCII needs no buffer of its own on its way there. */
export function fieldOf(value: Buffer | string | null | undefined): Buffer | string | null {
  return typeof value === 'string' && isAscii(value) ? value : bytesOf(value);
}

/** As {@link bytesOf}, in memory of its own. */
export function copyOf(value: Buffer | string | null | undefined): Buffer | null {
  return value === null || value === undefined ? null : Buffer.from(value);
}

/** The headers as they are sent; the same array where all values are bytes, as they mostly are. */
export function headerBytes(headers: readonly ProducerHeader[]): readonly RecordHeader[] {
  if (headers.every(hasBytes)) return headers;
  return headers.map(({ key, value }) => ({ key, value: bytesOf(value) }));
}

function hasBytes(header: ProducerHeader): header is RecordHeader {
  return typeof header.value !== 'string';
}

/** A record that is given back to its sender, as it would have been sent. */
export function undeliveredRecord(record: ProducerRecord, nowMs: number): UndeliveredRecord {
  const { key, value, timestamp = nowMs, headers = [] } = record;
  return { key: bytesOf(key), value: bytesOf(value), timestamp, headers: headerBytes(headers) };
}
