import { bytesOf } from '../../client/producer/record-bytes.ts';
import type { Header } from '../record.ts';
import type { ResultSource } from './result-origin.ts';

/** A record on its way out, in bytes. */
export interface OutputRecord {
  /** As on the broker, with the application's prefix for internal topics. */
  readonly topic: string;
  /** undefined: by the hash of the key. */
  readonly partition: number | undefined;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

/** A record on its way out. A key or value that is a text is its UTF-8. */
export type CollectedRecord = Omit<OutputRecord, 'key' | 'value'> &
  Readonly<Record<'key' | 'value', Buffer | string | null>>;

/** Where a task's output goes: a producer, or the test driver's queues. */
export interface RecordCollector {
  /** @param source where it comes from now; what it says of the record in flight is not there for long. */
  send(record: CollectedRecord, source: ResultSource): void;
  /** What partitioners are told; a promise where the topic, chosen by a function, has to be looked up first. */
  partitionCount(topic: string): number | Promise<number>;
}

/** Returns a record with the bytes of its texts. */
export function inBytes(record: CollectedRecord): OutputRecord {
  return { ...record, key: bytesOf(record.key), value: bytesOf(record.value) };
}
