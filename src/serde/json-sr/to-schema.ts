import type { FormatColumn, FormatSpec } from '../contract/format.ts';
import { isUnwrapped } from '../contract/unsupported.ts';
import type { SqlType } from '../model/sql-type.ts';
import { CONNECT_DATA } from '../schemas/connect.ts';
import type { SchemaText } from '../schemas/registered-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** The JSON Schema that ksqlDB registers for columns, by way of Connect's: each column may be null. */
export function jsonSchemaOf(
  spec: Pick<FormatSpec, 'columns' | 'side' | 'features' | 'properties'>,
): SchemaText {
  const [bare] = spec.columns;
  const json = isUnwrapped(spec, true) && bare !== undefined ? nullable(bare.type) : objectJson(spec.columns);
  return { type: 'JSON', schema: JSON.stringify(json), references: [] };
}

function objectJson(fields: readonly FormatColumn[]): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, type }, index) => [name, { 'connect.index': index, ...nullable(type) }]),
    ),
  };
}

function nullable(type: SqlType): Json {
  return { oneOf: [{ type: 'null' }, typeJson(type)] };
}

function typeJson(type: SqlType): Json {
  switch (type.kind) {
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'INTEGER':
      return { type: 'integer', 'connect.type': 'int32' };
    case 'BIGINT':
      return { type: 'integer', 'connect.type': 'int64' };
    case 'DOUBLE':
      return { type: 'number', 'connect.type': 'float64' };
    case 'STRING':
      return { type: 'string' };
    case 'BYTES':
      return { type: 'string', 'connect.type': 'bytes' };
    case 'DATE':
      return named('integer', 'Date', 'int32');
    case 'TIME':
      return named('integer', 'Time', 'int32');
    case 'TIMESTAMP':
      return named('integer', 'Timestamp', 'int64');
    case 'DECIMAL':
      return {
        ...named('number', 'Decimal', 'bytes'),
        'connect.parameters': {
          scale: String(type.scale),
          'connect.decimal.precision': String(type.precision),
        },
      };
    case 'ARRAY':
      return { type: 'array', items: nullable(type.element) };
    case 'MAP':
      return {
        type: 'array',
        'connect.type': 'map',
        items: objectJson([
          { name: 'key', type: type.key },
          { name: 'value', type: type.value },
        ]),
      };
    case 'STRUCT':
      return objectJson(type.fields);
  }
}

function named(type: string, name: string, connectType: string): Json {
  return {
    type,
    title: CONNECT_DATA + name,
    'connect.version': 1,
    'connect.type': connectType,
  };
}
