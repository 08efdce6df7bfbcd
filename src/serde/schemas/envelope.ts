import { SerdeError } from '../model/serde-error.ts';

/** Bytes before what a format writes: a zero, and the id of the schema, big-endian (Confluent's wire format). */
export const ENVELOPE_BYTES = 5;

/** The id of the schema that bytes were written with. @throws {SerdeError} where they have none. */
export function schemaIdOf(bytes: Buffer): number {
  if (bytes.length < ENVELOPE_BYTES || bytes[0] !== 0) {
    throw new SerdeError('Unknown magic byte!');
  }
  return bytes.readUInt32BE(1);
}

/** Writes the id of a schema at the beginning of bytes that have room for it. */
export function putSchemaId(bytes: Buffer, id: number): void {
  bytes[0] = 0;
  bytes.writeUInt32BE(id, 1);
}
