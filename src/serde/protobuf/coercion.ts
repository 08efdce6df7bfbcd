import type { SqlType } from '../model/sql-type.ts';
import { type ConnectType, connectTypeName } from './connect-field.ts';
import type { MessageField } from './message-type.ts';

/** SQL's types as Connect names them, in errors. */
export function typeName({ kind }: SqlType): string {
  switch (kind) {
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return 'int32';
    case 'BIGINT':
    case 'TIMESTAMP':
      return 'int64';
    case 'DOUBLE':
      return 'float64';
    case 'DECIMAL':
      return 'bytes';
    default:
      return kind.toLowerCase();
  }
}

/**
 * The expression of a value as a column's type takes it, by ksqlDB's `ConnectDataTranslator`: integers widen, numbers and
 * booleans become text, dates and times are the integers that they are.
 * @param value the expression of the value as Connect has it.
 * @returns undefined where the two do not fit.
 */
export function coerced(connect: ConnectType, type: SqlType, value: string): string | undefined {
  const isInt32 = connect.kind === 'int32' || connect.kind === 'date' || connect.kind === 'time';
  const isInt64 = connect.kind === 'int64' || connect.kind === 'timestamp';
  switch (type.kind) {
    case 'BOOLEAN':
      return connect.kind === 'boolean' ? value : undefined;
    case 'INTEGER':
    case 'DATE':
      return isInt32 ? value : undefined;
    case 'TIME':
      return isInt32 ? (connect.kind === 'time' ? value : `timeOfDay(${value})`) : undefined;
    case 'BIGINT':
    case 'TIMESTAMP':
      return isInt32 || isInt64 ? value : undefined;
    case 'DOUBLE':
      return connect.kind === 'float32' || connect.kind === 'float64' ? value : undefined;
    case 'BYTES':
      return connect.kind === 'bytes' ? value : undefined;
    case 'STRING':
      return textOf(connect, value);
    default:
      return undefined;
  }
}

function textOf({ kind }: ConnectType, value: string): string | undefined {
  switch (kind) {
    case 'string':
      return value;
    case 'float32':
      return `printFloat(${value})`;
    case 'float64':
      return `printDouble(${value})`;
    case 'int32':
    case 'int64':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
      return `String(${value})`;
    default:
      return undefined;
  }
}

/** The expression of what a field is that is not in the bytes, as the column's type takes it. */
export function defaultLiteral(field: MessageField, connect: ConnectType, type: SqlType): string {
  const { defaultValue, kind } = field;
  const literal = (value: string): string => coerced(connect, type, value) ?? 'null';
  if (typeof defaultValue === 'bigint') return literal(`${defaultValue}n`);
  if (kind === 'bytes') return typeof defaultValue === 'string' ? bytesLiteral(defaultValue) : 'EMPTY';
  if (defaultValue !== undefined) return literal(JSON.stringify(defaultValue));
  switch (kind) {
    case 'bool':
      return literal('false');
    case 'string':
      return literal("''");
    case 'enum':
      return literal(JSON.stringify(field.enumType?.values[0]?.name ?? ''));
    default:
      return literal('0');
  }
}

const bytesLiteral = (text: string): string => `Buffer.from(${JSON.stringify(text)}, 'latin1')`;

/** What ksqlDB says where the writer's schema has another type than the column. @param path such as `->A->B`. */
export function mismatch(
  connect: { readonly kind: ConnectType['kind'] },
  type: SqlType,
  path: string,
): string {
  return `Cannot deserialize type ${connectTypeName(connect)} as type ${typeName(type)} for path: ${path}`;
}
