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

/** Where a task's output goes: a producer, or the test driver's queues. */
export interface RecordCollector {
  /** @param source where it comes from now; what it says of the record in flight is not there for long. */
  send(record: OutputRecord, source: ResultSource): void;
  /** What partitioners are told; a promise where the topic, chosen by a function, has to be looked up first. */
  partitionCount(topic: string): number | Promise<number>;
}
