import { OWN_MODULE, portable } from './portable.ts';
import type { Header } from './record.ts';

/** A record of a source topic, deserialized, before it has an event time. */
export interface SourceRecord<K, V> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What the record's producer or broker stamped. */
  readonly timestamp: number;
  readonly key: K | null;
  readonly value: V | null;
  readonly headers: readonly Header[];
}

/**
 * Gives a record its event time in milliseconds. `partitionTime` is the highest event time seen in the partition, -1
 * before the first. A negative answer drops the record (and counts it). A throw fails the task, and so does what cannot be a
 * time: NaN, an infinity, a fraction, a number beyond 2^53.
 */
export type TimestampExtractor<K = unknown, V = unknown> = (
  record: SourceRecord<K, V>,
  partitionTime: number,
) => number;

/** The default: the record's own timestamp; a negative one is an error. */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp < 0) {
    throw new Error(
      `record at ${record.topic}-${record.partition} offset ${record.offset} has the invalid timestamp ${record.timestamp}`,
    );
  }
  return record.timestamp;
};

/** The record's own timestamp; a negative one drops the record. */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp;

/** The record's own timestamp, or the partition's highest where it is negative. */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTime) =>
  record.timestamp < 0 ? partitionTime : record.timestamp;

portable(OWN_MODULE, {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
});
