import type { FormatSpec, RowSerde } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import { schemaIdOf } from '../../serde/schemas/envelope.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { upperCased } from '../analysis/infer-columns.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { type Json, printJson } from './lossless-json.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { jsonOf, rowJson } from './row-json.ts';

type Side = 'key' | 'value';

/** The JSON of a case as bytes, by the newest schema of its topic. */
export function encodeRegistered(
  side: Side,
  source: DataSource,
  json: Json,
  registry: MemoryRegistry,
): Buffer | null {
  const subject = `${source.topic.name}-${side}`;
  const schema = registry.latestNow(subject);
  if (schema === undefined) throw new RangeError(`no schema of ${subject} is registered`);
  const spec = specOf(side, source, schema);
  // JSON's serde finds columns by their names in capitals, however a case spells them.
  const columns = spec.columns.map(upperCased);
  const row = formatOf('JSON')
    .createSerde({ ...spec, columns, properties: {} })
    .deserialize(Buffer.from(printJson(json)));
  return serdeOf(infoOf(side, source).format, { ...spec, columns }, schema).serialize(row);
}

/** Bytes as JSON that can be compared, by the schema that they were written with. */
export function decodeRegistered(
  side: Side,
  source: DataSource,
  bytes: Buffer,
  registry: MemoryRegistry,
): Json {
  const id = schemaIdOf(bytes);
  const schema = registry.byIdNow(id);
  if (schema === undefined) throw new RangeError(`no schema ${id} is registered`);
  const spec = specOf(side, source, schema);
  const row = serdeOf(infoOf(side, source).format, spec, schema).deserialize(bytes);
  if (row === null) return null;
  const [bare] = spec.columns;
  if (spec.features.has('UNWRAP_SINGLES') && bare !== undefined) return jsonOf(row[0] ?? null, bare.type);
  return rowJson(row, spec.columns);
}

const infoOf = (side: Side, { topic }: DataSource) => (side === 'key' ? topic.keyFormat : topic.valueFormat);

/** The columns that a schema has. */
function specOf(side: Side, source: DataSource, schema: RegisteredSchema): FormatSpec {
  const { format, features, properties } = infoOf(side, source);
  const { schemas, features: known } = formatOf(format);
  const isBare =
    known.has('UNWRAP_SINGLES') &&
    (features.includes('UNWRAP_SINGLES') || (side === 'key' && source.schema.key.length === 1));
  const chosen = new Set([isBare ? ('UNWRAP_SINGLES' as const) : ('WRAP_SINGLES' as const)]);
  const columns = schemas?.toColumns(schema, { side, features: chosen, properties }) ?? [];
  return { columns, side, features: columns.length === 1 ? chosen : new Set(), properties };
}

function serdeOf(format: string, spec: FormatSpec, schema: RegisteredSchema): RowSerde {
  return formatOf(format).createSerde(spec, { lookup: { byId: () => schema }, written: () => schema });
}
