import type { RegisteredSchema, SchemaText } from '../schemas/registered-schema.ts';

/** Reads a value from a whole record, the envelope before it. @throws {SerdeError} */
export type ObjectReader = (bytes: Buffer) => unknown;

/** Writes a value as a whole record, the envelope before it. @throws {SerdeError} */
export type ObjectWriter = (value: unknown) => Buffer;

/** Plain JavaScript values by a schema of their reader; rows of SQL are the matter of `Format`. All of it is pure. */
export interface ObjectCodec {
  /** The schema as it is registered. */
  readonly text: SchemaText;
  /** The full name of the type that a record is, which subjects may be called after; undefined where it has none. */
  readonly recordName: string | undefined;
  /** Compiles the reader of records that were written with a schema. @throws {SerdeError} where it is none of the language. */
  reader(written: RegisteredSchema): ObjectReader;
  /** Compiles the writer of records by a schema: that of the codec, or a later version of it. @throws {SerdeError} */
  writer(schema: RegisteredSchema): ObjectWriter;
}
