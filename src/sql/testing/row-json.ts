import { Decimal } from '../../serde/model/decimal.ts';
import { printDouble } from '../../serde/model/java-double.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import { type Json, JsonDouble, JsonNumber } from './lossless-json.ts';

/** A value of SQL as JSON that can be compared with what a case expects. */
export function jsonOf(value: SqlValue, type: SqlType): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof Decimal) return new JsonNumber(value.toString());
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'number' && type.kind === 'DOUBLE') return new JsonDouble(printDouble(value));
  if (typeof value === 'number' || typeof value === 'bigint') return new JsonNumber(String(value));
  if (isMap(value)) return type.kind === 'MAP' ? mapJson(value, type.value) : null;
  if (type.kind === 'STRUCT') return rowJson(value, type.fields);
  return type.kind === 'ARRAY' ? value.map((element) => jsonOf(element, type.element)) : null;
}

const isMap = (value: readonly SqlValue[] | SqlMap): value is SqlMap => value instanceof Map;

function mapJson(map: SqlMap, type: SqlType): Json {
  return Object.fromEntries(
    [...map].map(([key, each]) => [typeof key === 'string' ? key : 'null', jsonOf(each, type)]),
  );
}

/** A row as an object. */
export function rowJson(
  row: Row,
  columns: readonly { readonly name: string; readonly type: SqlType }[],
): Json {
  return Object.fromEntries(columns.map(({ name, type }, index) => [name, jsonOf(row[index] ?? null, type)]));
}
