import { readSchema } from '../types/read-schema.ts';
import type { DataSource } from './data-source.ts';

/** A source as it is written down: the schema as text. */
export type SourceRecord = Omit<DataSource, 'schema'> & { readonly schema: string };

export function recordOf(source: DataSource): SourceRecord {
  return { ...source, schema: source.schema.toString() };
}

export function sourceOf(record: SourceRecord): DataSource {
  return { ...record, schema: readSchema(record.schema) };
}
