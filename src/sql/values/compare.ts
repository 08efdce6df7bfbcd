import { Decimal } from '../../serde/model/decimal.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';

/**
 * Deep equality of two values of one type; null equals null. DECIMALs are equal by number, whatever their scale.
 * NaN equals NaN, as Java's `Double.equals` has it.
 */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return a !== a && b !== b;
  if (a === null || b === null) return false;
  if (a instanceof Decimal) return b instanceof Decimal && a.compare(b) === 0;
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) && a.equals(b);
  if (Array.isArray(a)) return Array.isArray(b) && sameElements(a, b);
  return b instanceof Map && sameEntries(a as SqlMap, b as SqlMap);
}

function sameElements(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (!sameValue(a[index] ?? null, b[index] ?? null)) return false;
  }
  return true;
}

function sameEntries(a: SqlMap, b: SqlMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !sameValue(value, other)) return false;
  }
  return true;
}

/**
 * Order of two values of one type that has an order, neither of them null: strings by UTF-16 units (as Java's
 * `compareTo`), bytes unsigned, numbers across INTEGER, BIGINT and DOUBLE.
 */
export function compareValues(a: SqlValue, b: SqlValue): number {
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.compare(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareElements(a, b);
  if (a === b) return 0;
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : compareNaN(a, b);
}

/** NaN is greater than every other number and equal to itself. */
function compareNaN(a: SqlValue, b: SqlValue): number {
  return Number(a !== a) - Number(b !== b);
}

function compareElements(a: readonly SqlValue[], b: readonly SqlValue[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(a[index] ?? null, b[index] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * A key by which a JavaScript Map or Set finds equal values: the value itself where `===` is equality, else a text that
 * no other value of the same type has.
 */
export function hashKey(value: SqlValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Decimal) return value.stripped().toString();
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (Array.isArray(value)) return JSON.stringify(value.map(keyText));
  const entries = [...(value as SqlMap)].map(([key, entry]) =>
    JSON.stringify([keyText(key), keyText(entry)]),
  );
  return entries.toSorted((a, b) => (a < b ? -1 : 1)).join();
}

/** The text of a value of a type whose values are no collections: for messages and for keys of JSON objects. */
export function scalarText(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  if (value instanceof Decimal) return value.toPlainString();
  return Buffer.isBuffer(value) ? value.toString('base64') : 'a collection';
}

function keyText(value: SqlValue): string | null {
  return value === null ? null : `${typeof value}:${String(hashKey(value))}`;
}
