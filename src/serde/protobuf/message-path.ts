import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES, putSchemaId } from '../schemas/envelope.ts';
import { putZigzag64 } from './put.ts';
import { cursor, zigzag64 } from './wire.ts';

/**
 * The path of a record's message, behind the id of its schema: how many indexes it has and each of them, zig-zag varints; the first
 * message of the file, which most have, is a single zero (Confluent's wire format).
 */

/** No file nests messages deeper, nor has so many beside each other. */
const INDEXES_MAX = 100;
/** The most bytes of a varint. */
const VARINT_BYTES = 10;

/** Reads a path; the place behind it is in `cursor`. @throws {SerdeError} for what is none. */
export function readPath(bytes: Buffer): readonly number[] {
  const count = Number(zigzag64(bytes, ENVELOPE_BYTES));
  if (count === 0) return [0];
  if (count < 0 || count > INDEXES_MAX) throw new SerdeError(`a path of ${count} message indexes`);
  return Array.from({ length: count }, () => Number(zigzag64(bytes, cursor.at)));
}

/** What stands before a message of a path, of the schema with an id. */
export function messagePrefix(id: number, path: readonly number[]): Buffer {
  const bytes = Buffer.alloc(ENVELOPE_BYTES + (path.length + 1) * VARINT_BYTES);
  putSchemaId(bytes, id);
  let at = ENVELOPE_BYTES;
  const isFirst = path.length === 1 && path[0] === 0;
  for (const each of isFirst ? [0] : [path.length, ...path]) at = putZigzag64(bytes, at, each);
  return bytes.subarray(0, at);
}
