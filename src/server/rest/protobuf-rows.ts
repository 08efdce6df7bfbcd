import { inJavaMapOrder } from '../../base/java-hash.ts';
import { formatOf } from '../../serde/formats.ts';
import { containsMap, type SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { messageText } from '../../serde/protobuf/format.ts';

/**
 * Rows as Protobuf messages: the .proto file of the columns, and each row as `"protobufBytes":"<base64>"`.
 * @throws {DiagnosticError} for columns that no message holds.
 */
export function protobufRows(columns: readonly { readonly name: string; readonly type: SqlType }[]): {
  readonly protoSchema: string;
  readonly row: (row: Row) => string;
} {
  const protoSchema = messageText(columns, {});
  const serde = formatOf('PROTOBUF_NOSR').createSerde({
    columns,
    side: 'value',
    features: new Set(),
    properties: {},
  });
  const orders = columns.map(({ type }) =>
    containsMap(type) ? (value: SqlValue) => ordered(value, type) : undefined,
  );
  const isOrdered = orders.every((order) => order === undefined);
  const inOrder = (row: Row): Row =>
    orders.map((order, index) => order?.(row[index] ?? null) ?? row[index] ?? null);
  return {
    protoSchema,
    row(row) {
      const bytes = serde.serialize(isOrdered ? row : inOrder(row));
      return `"protobufBytes":"${bytes?.toString('base64') ?? ''}"`;
    },
  };
}

/** The value with its maps in the order that ksqlDB's have: some clients compare messages by their bytes. */
function ordered(value: SqlValue, type: SqlType): SqlValue {
  if (Array.isArray(value)) {
    const values: readonly SqlValue[] = value;
    if (type.kind === 'ARRAY') return values.map((each) => ordered(each, type.element));
    if (type.kind !== 'STRUCT') return value;
    return type.fields.map((field, index) => ordered(values[index] ?? null, field.type));
  }
  if (type.kind !== 'MAP' || !(value instanceof Map)) return value;
  const entries = [...value].map(([key, each]): [string, SqlValue] => [
    String(key),
    ordered(each, type.value),
  ]);
  return new Map<SqlValue, SqlValue>(inJavaMapOrder(entries));
}
