import type { Header } from '../record.ts';

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
  send(record: OutputRecord): void;
  partitionCount(topic: string): number;
}
