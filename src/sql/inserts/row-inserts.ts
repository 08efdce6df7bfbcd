import type { Json } from '../../serde/json/coercion.ts';
import { JsonNumber } from '../../serde/json/exact-parser.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { isReadOnlyTopic } from '../analysis/reserved-topics.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { ProducedRecord, SqlHost } from '../host/host.ts';
import { insertsMessages } from '../messages/inserts.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { meantName } from './field-names.ts';
import { coerced, javaClassOf } from './json-coercion.ts';
import { registeredSchema, type SideWriter, sideWriter } from './source-writer.ts';

interface Writers {
  readonly key: SideWriter;
  readonly value: SideWriter;
}

/**
 * Writes rows into a stream that come one after the other, each a JSON object of its columns: columns that it lacks are null, and
 * fields that are no columns are left out.
 */
export class RowInserts {
  readonly #host: SqlHost;
  readonly #source: DataSource;
  readonly #writers: Writers;

  private constructor(host: SqlHost, source: DataSource, writers: Writers) {
    this.#host = host;
    this.#source = source;
    this.#writers = writers;
  }

  /**
   * Opens a stream for rows, and registers the schemas of its records.
   * @param target its name, see {@link meantName}.
   * @throws {DiagnosticError} where no rows may be written there.
   */
  static async open(
    target: string,
    { catalog, properties }: Pick<AnalysisContext, 'catalog' | 'properties'>,
    host: SqlHost,
  ): Promise<RowInserts> {
    const source = targetOf(meantName(target), catalog);
    const topic = source.topic.name;
    if (isReadOnlyTopic(topic, properties)) throw refuse(insertsMessages.readOnlyTopic(topic));
    const writer = async (side: 'key' | 'value'): Promise<SideWriter> =>
      sideWriter(side, source, await registeredSchema(side, source, host.registry));
    return new RowInserts(host, source, { key: await writer('key'), value: await writer('value') });
  }

  /** The record of a row. @throws {DiagnosticError} for a row that does not fit. */
  record(row: Json): ProducedRecord {
    const fields = fieldsOf(row);
    const { schema, topic } = this.#source;
    for (const { name } of schema.key) {
      if ((fields.get(name) ?? null) === null) throw refuse(insertsMessages.keyMissing(name));
    }
    return {
      topic: topic.name,
      key: this.#writers.key(rowOf(schema.key, fields)),
      value: this.#writers.value(rowOf(schema.value, fields)),
    };
  }

  /** Writes a record. Resolves when it is acknowledged. */
  write(record: ProducedRecord): Promise<void> {
    return this.#host.produce(record);
  }
}

function targetOf(name: string, catalog: Catalog): DataSource {
  const source = catalog.source(name);
  if (source === undefined) {
    const streams = catalog.sources().flatMap((each) => (each.kind === 'STREAM' ? [each.name] : []));
    throw refuse(insertsMessages.unknownTarget(name, streams));
  }
  if (source.topic.keyFormat.window !== undefined) throw refuse(insertsMessages.windowed());
  if (source.isSource) throw refuse(insertsMessages.readOnly(source.name));
  if (source.kind === 'TABLE') throw refuse(insertsMessages.table());
  return source;
}

function fieldsOf(row: Json): ReadonlyMap<string, Json> {
  const isObject =
    typeof row === 'object' && row !== null && !Array.isArray(row) && !(row instanceof JsonNumber);
  if (!isObject) throw refuse(insertsMessages.notObject());
  const fields = new Map<string, Json>();
  for (const [field, value] of Object.entries(row)) {
    const name = meantName(field);
    if (fields.has(name)) throw refuse(insertsMessages.fieldTwice(name));
    fields.set(name, value);
  }
  return fields;
}

function rowOf(columns: readonly SchemaColumn[], fields: ReadonlyMap<string, Json>): Row {
  return columns.map(({ name, type }) => {
    const given = fields.get(name) ?? null;
    const value = coerced(given, type);
    if (value === undefined) throw refuse(insertsMessages.type(javaClassOf(given), type));
    return value;
  });
}
