import type { RowSerde } from './format.ts';
import type { Row, SqlValue } from '../model/sql-value.ts';
import { schemaIdOf } from '../schemas/envelope.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';
import { type SerdeSchemas, UnknownSchemaId } from '../schemas/schema-lookup.ts';

/** Reads a row from bytes, the envelope before them; a fresh array. @throws {SerdeError} */
export type RowReader = (bytes: Buffer) => SqlValue[] | null;

/** Writes a row as bytes, the envelope with the schema's id before them; null for a row that is no bytes. @throws {SerdeError} */
export type RowWriter = (row: Row) => Buffer | null;

/**
 * The serde of a format whose records name their schemas: a reader is compiled for each schema that records were written
 * with, when the first of them comes, and a writer for the one that is written.
 */
export function registeredSerde(
  schemas: SerdeSchemas,
  compile: {
    readonly reader: (writer: RegisteredSchema) => RowReader;
    readonly writer: (schema: RegisteredSchema) => RowWriter;
  },
): RowSerde {
  const readers = new Map<number, RowReader>();
  let lastId = -1;
  let lastReader: RowReader | undefined;
  let write: RowWriter | undefined;
  const readerOf = (id: number): RowReader => {
    let reader = readers.get(id);
    if (reader === undefined) {
      const schema = schemas.lookup.byId(id);
      if (schema === undefined) throw new UnknownSchemaId(id);
      reader = compile.reader(schema);
      readers.set(id, reader);
    }
    lastId = id;
    lastReader = reader;
    return reader;
  };
  return {
    serialize(row) {
      if (row === null) return null;
      write ??= compile.writer(schemas.written());
      return write(row);
    },
    deserialize(bytes) {
      if (bytes === null) return null;
      const id = schemaIdOf(bytes);
      return (id === lastId && lastReader !== undefined ? lastReader : readerOf(id))(bytes);
    },
  };
}
