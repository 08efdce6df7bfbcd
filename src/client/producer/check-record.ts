import { INT32_MAX, wrongArgument } from '../../base/argument-checks.ts';
import type { DeliveryCallback, ProducerHeader, ProducerRecord } from '../types.ts';

/**
 * Refuses a record that is not what its type says. Runs for each record, so it is written out by hand: a few `typeof`s,
 * no closure and no allocation while all is well.
 * @throws {ArgumentError} that names the field.
 */
export function checkRecord(record: ProducerRecord, onDelivery: DeliveryCallback | undefined): void {
  if (typeof record !== 'object' || record === null) throw wrongArgument('record', record, 'an object');
  const { topic, partition, key, value, timestamp, headers } = record;
  if (typeof topic !== 'string' || topic === '') throw wrongArgument('record.topic', topic, 'a topic name');
  if (partition !== undefined && !isWholeNumber(partition, INT32_MAX)) {
    throw wrongArgument('record.partition', partition, 'a partition number, 0 or more');
  }
  if (key !== undefined && !isContent(key)) throw wrongArgument('record.key', key, CONTENT);
  // A value that is missing is most often a mistake, and a tombstone where keys are compacted: null is to be written.
  if (!isContent(value)) throw wrongArgument('record.value', value, CONTENT);
  if (timestamp !== undefined && !isWholeNumber(timestamp, Number.MAX_SAFE_INTEGER)) {
    throw wrongArgument('record.timestamp', timestamp, 'milliseconds since the epoch, a whole number');
  }
  if (headers !== undefined) checkHeaders(headers);
  if (onDelivery !== undefined && typeof onDelivery !== 'function') {
    throw wrongArgument('onDelivery', onDelivery, 'a function');
  }
}

const CONTENT = 'a string, a Buffer or null';

function checkHeaders(headers: readonly ProducerHeader[]): void {
  if (!Array.isArray(headers)) throw wrongArgument('record.headers', headers, 'an array');
  for (let i = 0; i < headers.length; i++) {
    const header: unknown = headers[i];
    if (typeof header !== 'object' || header === null) {
      throw wrongArgument(`record.headers[${i}]`, header, 'an object with key and value');
    }
    const { key, value } = header as ProducerHeader;
    if (typeof key !== 'string') throw wrongArgument(`record.headers[${i}].key`, key, 'a string');
    if (!isContent(value)) throw wrongArgument(`record.headers[${i}].value`, value, CONTENT);
  }
}

function isContent(value: unknown): boolean {
  return value === null || typeof value === 'string' || Buffer.isBuffer(value);
}

function isWholeNumber(value: unknown, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
