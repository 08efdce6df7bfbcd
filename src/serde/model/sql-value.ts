import type { Decimal } from './decimal.ts';

/**
 * A SQL value. Its type is known from elsewhere (`SqlType`), the value does not carry it:
 *
 * | type | value |
 * | --- | --- |
 * | BOOLEAN | boolean |
 * | INTEGER | number |
 * | BIGINT | number while safe, else bigint (`int64.ts` owns the rule) |
 * | DOUBLE | number |
 * | DECIMAL | {@link Decimal} |
 * | STRING | string |
 * | BYTES | Buffer |
 * | DATE, TIME, TIMESTAMP | number: days, milliseconds of the day, milliseconds since the epoch |
 * | ARRAY | array |
 * | MAP | Map |
 * | STRUCT | array of the fields' values, in the order of the type's fields |
 *
 * `null` is SQL's NULL for every type.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Buffer
  | readonly SqlValue[]
  | SqlMap;

export type SqlMap = ReadonlyMap<SqlValue, SqlValue>;

/** The columns' values by position; names and types are in the schema. */
export type Row = readonly SqlValue[];

/** So many null places. */
export function nulls(count: number): SqlValue[] {
  const row: SqlValue[] = [];
  for (let index = 0; index < count; index++) row.push(null);
  return row;
}

/** A row of one value and so many null places after it. */
export function rowOf(value: SqlValue, trailingNulls: number): SqlValue[] {
  // An array that grows by push takes room for 17 values.
  if (trailingNulls === 0) return [value];
  const row = nulls(1 + trailingNulls);
  row[0] = value;
  return row;
}
