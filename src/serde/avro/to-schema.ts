import { DiagnosticError } from '../../base/errors.ts';
import type { FormatColumn, FormatSpec } from '../contract/format.ts';
import { isUnwrapped } from '../contract/unsupported.ts';
import type { SqlType, StructField } from '../model/sql-type.ts';
import { CONNECT_DATA } from '../schemas/connect.ts';
import type { SchemaText } from '../schemas/registered-schema.ts';
import { checkName, simpleName } from './schema-tree.ts';

/** The namespace of the schemas that ksqlDB writes. */
export const AVRO_NAMESPACE = 'io.confluent.ksql.avro_schemas';
const DEFAULT_NAME = `${AVRO_NAMESPACE}.KsqlDataSourceSchema`;

type Json = JsonObject | string | number | null | readonly Json[];

interface JsonObject {
  readonly [name: string]: Json;
}

/** The Avro schema that ksqlDB registers for columns, by way of Connect's: each column may be null, the whole never is. */
export function avroSchemaOf({
  columns,
  side,
  features,
  properties,
}: Pick<FormatSpec, 'columns' | 'side' | 'features' | 'properties'>): SchemaText {
  const name = properties['fullSchemaName'] ?? DEFAULT_NAME;
  const [bare] = columns;
  const isBare = isUnwrapped({ columns, side, features, properties }, true);
  try {
    const json = isBare && bare !== undefined ? typeJson(bare.type, name, '') : recordJson(columns, name, '');
    return { type: 'AVRO', schema: JSON.stringify(json), references: [] };
  } catch (error) {
    throw new DiagnosticError({
      message: `Schema is not compatible with Avro: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

/** @param within the namespace around it, which is not said again. */
function recordJson(fields: readonly FormatColumn[], fullName: string, within: string): Json {
  return {
    ...nameJson(fullName, within),
    fields: fields.map((field) => fieldJson(field, fullName)),
    'connect.name': fullName,
  };
}

const namespaceOf = (fullName: string): string => fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));

function nameJson(fullName: string, within: string): Readonly<Record<string, string>> {
  const name = simpleName(fullName);
  checkName(name);
  const namespace = namespaceOf(fullName);
  return { type: 'record', name, ...(namespace === within ? {} : { namespace }) };
}

function fieldJson({ name, type }: StructField, above: string): Json {
  checkName(name);
  return { name, type: nullable(type, `${above}_${name}`, namespaceOf(above)), default: null };
}

function nullable(type: SqlType, fullName: string, within: string): Json {
  return ['null', typeJson(type, fullName, within)];
}

/** @param fullName of a record or a map's entry. */
function typeJson(type: SqlType, fullName: string, within: string): Json {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INTEGER':
      return 'int';
    case 'BIGINT':
      return 'long';
    case 'DOUBLE':
      return 'double';
    case 'STRING':
      return 'string';
    case 'BYTES':
      return 'bytes';
    case 'DATE':
      return logicalJson('int', 'Date', 'date');
    case 'TIME':
      return logicalJson('int', 'Time', 'time-millis');
    case 'TIMESTAMP':
      return logicalJson('long', 'Timestamp', 'timestamp-millis');
    case 'DECIMAL': {
      const { precision, scale } = type;
      return {
        type: 'bytes',
        scale,
        precision,
        'connect.version': 1,
        'connect.parameters': { scale: String(scale), 'connect.decimal.precision': String(precision) },
        'connect.name': `${CONNECT_DATA}Decimal`,
        logicalType: 'decimal',
      };
    }
    case 'ARRAY':
      return { type: 'array', items: nullable(type.element, fullName, within) };
    case 'MAP':
      return mapJson(type, fullName, within);
    case 'STRUCT':
      return recordJson(type.fields, fullName, within);
  }
}

function logicalJson(type: string, connectName: string, logicalType: string): Json {
  const name = CONNECT_DATA + connectName;
  return { type, 'connect.version': 1, 'connect.name': name, logicalType };
}

/** The keys of SQL's maps may be null for Connect, so that a map is an array of entries. */
function mapJson({ key, value }: Extract<SqlType, { kind: 'MAP' }>, fullName: string, within: string): Json {
  const inner = namespaceOf(fullName);
  return {
    type: 'array',
    items: {
      ...nameJson(fullName, within),
      fields: [
        { name: 'key', type: nullable(key, `${fullName}_MapKey`, inner), default: null },
        { name: 'value', type: nullable(value, `${fullName}_MapValue`, inner), default: null },
      ],
      'connect.internal.type': 'MapEntry',
    },
    'connect.name': fullName,
  };
}
