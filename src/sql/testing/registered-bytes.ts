import type { FormatColumn, FormatSpec, RowSerde } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import { structType, type SqlType } from '../../serde/model/sql-type.ts';
import { schemaIdOf } from '../../serde/schemas/envelope.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { MemoryRegistry } from '../../serde/schemas/memory-registry.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { type Json, printJson } from './lossless-json.ts';
import { jsonOf, rowJson } from './row-json.ts';

type Side = 'key' | 'value';

/** Formats whose bytes a registered schema tells. */
const WITH_SCHEMAS: ReadonlySet<string> = new Set(['AVRO', 'JSON_SR', 'PROTOBUF']);

export const hasSchema = (format: string): boolean => WITH_SCHEMAS.has(format);

/** The JSON of a case as bytes, by the newest schema of its topic. */
export function encodeRegistered(
  side: Side,
  source: DataSource,
  json: Json,
  registry: MemoryRegistry | undefined,
): Buffer | null {
  const schema = registry?.latestNow(`${source.topic.name}-${side}`);
  const spec = specOf(side, source, schema);
  // JSON's serde finds columns by their names in capitals, however a case spells them.
  const columns = spec.columns.map(upperCased);
  const row = formatOf('JSON')
    .createSerde({ ...spec, columns, properties: {} })
    .deserialize(Buffer.from(printJson(json)));
  return serdeOf({ ...spec, columns }, source, side, schema, registry).serialize(row);
}

/** Bytes as JSON that can be compared, by the schema that they were written with. */
export function decodeRegistered(
  side: Side,
  source: DataSource,
  bytes: Buffer,
  registry: MemoryRegistry | undefined,
): Json {
  const { format } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
  const isRegistered = formatOf(format).usesSchemaRegistry;
  const schema = isRegistered ? registry?.byIdNow(schemaIdOf(bytes)) : undefined;
  const spec = specOf(side, source, schema);
  const row = serdeOf(spec, source, side, schema, registry).deserialize(bytes);
  if (row === null) return null;
  const [bare] = spec.columns;
  if (spec.features.has('UNWRAP_SINGLES') && bare !== undefined) return jsonOf(row[0] ?? null, bare.type);
  // In cases of Protobuf, BYTES that a message lacks are null.
  const isLacking = (value: SqlValue): boolean => Buffer.isBuffer(value) && value.length === 0;
  const shown = format === 'PROTOBUF' ? row.map((value) => (isLacking(value) ? null : value)) : row;
  return rowJson(shown, spec.columns);
}

/** The columns that a schema has; those of the source where it has none. */
function specOf(side: Side, source: DataSource, schema: RegisteredSchema | undefined): FormatSpec {
  const { format, features, properties } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
  const declared = side === 'key' ? source.schema.key : source.schema.value;
  const { schemas, features: known } = formatOf(format);
  const isBare =
    known.has('UNWRAP_SINGLES') &&
    (features.includes('UNWRAP_SINGLES') || (side === 'key' && declared.length === 1));
  const chosen = new Set([isBare ? ('UNWRAP_SINGLES' as const) : ('WRAP_SINGLES' as const)]);
  const columns =
    schemas === undefined || schema === undefined
      ? declared.map(({ name, type }) => ({ name, type }))
      : schemas.toColumns(schema, { side: isBare ? side : 'value', features: chosen, properties });
  return { columns, side, features: columns.length === 1 ? chosen : new Set(), properties };
}

function serdeOf(
  spec: FormatSpec,
  source: DataSource,
  side: Side,
  schema: RegisteredSchema | undefined,
  registry: MemoryRegistry | undefined,
): RowSerde {
  const { format } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
  return formatOf(format).createSerde(spec, {
    lookup: { byId: (id) => registry?.byIdNow(id) },
    written: () => {
      if (schema === undefined) throw new Error(`no schema of ${source.topic.name}-${side} is registered`);
      return schema;
    },
  });
}

function upperCased({ name, type }: FormatColumn): FormatColumn {
  return { name: name.toUpperCase(), type: upperCasedType(type) };
}

function upperCasedType(type: SqlType): SqlType {
  switch (type.kind) {
    case 'STRUCT':
      return structType(type.fields.map(upperCased));
    case 'ARRAY':
      return { ...type, element: upperCasedType(type.element) };
    case 'MAP':
      return { ...type, value: upperCasedType(type.value) };
    default:
      return type;
  }
}
