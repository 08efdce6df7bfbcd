/**
 * Turns values of `T` into the bytes of a record's key or value and back. Users of Streams write their own or take one
 * from `primitives.ts`.
 *
 * `null` is the absent value in both directions (a tombstone in a table's topic).
 */
export interface Serde<T> {
  serialize(topic: string, value: T | null, headers?: readonly SerdeHeader[]): Buffer | null;
  /** @throws {SerdeError} when the bytes are none of `T`. */
  deserialize(topic: string, bytes: Buffer | null, headers?: readonly SerdeHeader[]): T | null;
}

/** A record's header, of the same shape as the wire's. */
export interface SerdeHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** Bytes that are not what the format says, or a value that the format cannot hold: the record is at fault. */
export class SerdeError extends Error {
  override readonly name = 'SerdeError';
}
