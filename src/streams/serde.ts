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
}
