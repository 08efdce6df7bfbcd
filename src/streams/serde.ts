import type { Header } from './record.ts';

/**
 * Turns objects into the bytes of a topic and back. `null` stands for "no key" or "deleted" and never reaches a serde
 * from Streams itself; a serializer may answer null for a value that has no bytes.
 */
export interface Serde<T> {
  serialize(topic: string, value: T, headers?: readonly Header[]): Buffer | null;
  deserialize(topic: string, bytes: Buffer, headers?: readonly Header[]): T;
  /**
   * What has to come before these bytes can be read, such as their schema; undefined while nothing has. It is asked for each record
   * of a batch that was polled, before the first one is read; a rejection fails the application, which reads them again.
   */
  prepare?(bytes: Buffer): Promise<void> | undefined;
  /**
   * What has to come before values can be written to a topic, or read from a store, such as their schema registered; undefined
   * where nothing has. It is asked before the first record of an application is processed; a rejection fails the application.
   */
  prepareTopic?(topic: string, use: TopicUse): Promise<void> | undefined;
}

/**
 * What becomes of a topic: a `sink` is written for others; an `internal` one, of a repartition or behind a store, is written and
 * read again; a `source` that a store is restored from is read.
 */
export type TopicUse = 'sink' | 'internal' | 'source';
