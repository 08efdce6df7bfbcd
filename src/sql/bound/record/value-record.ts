import { assert, unreachable } from '../../../base/assert.ts';
import { Decimal } from '../../../serde/model/decimal.ts';
import { INT64_MAX, INT64_MIN, int64 } from '../../../serde/model/int64.ts';
import type { SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import type { Json } from './expression-record.ts';
import { asList, asNumber, asText, wrongRecord } from './checks.ts';

/** A value as JSON. What JSON's numbers cannot hold is text: a BIGINT beyond 2^53, a DOUBLE that is no number. */
export function encodeValue(value: SqlValue, type: SqlType): Json {
  switch (typeof value) {
    case 'number':
      return type.kind === 'DOUBLE' ? encodeDouble(value) : value;
    case 'bigint':
      return String(value);
    case 'string':
    case 'boolean':
      return value;
    default:
      return value === null ? null : encodeObject(value, type);
  }
}

/** `-0` is not what `String` makes of it. */
function encodeDouble(value: number): Json {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

function encodeObject(
  value: Exclude<SqlValue, null | number | bigint | string | boolean>,
  type: SqlType,
): Json {
  if (value instanceof Decimal) return [String(value.unscaled), value.scale];
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Map) {
    assert(type.kind === 'MAP', 'a value is of its type');
    const entries: readonly (readonly [SqlValue, SqlValue])[] = [...value];
    return entries.map(([key, item]) => [encodeValue(key, type.key), encodeValue(item, type.value)]);
  }
  assert(Array.isArray(value), 'what is left is a list');
  const items: readonly SqlValue[] = value;
  if (type.kind === 'ARRAY') return items.map((item) => encodeValue(item, type.element));
  assert(type.kind === 'STRUCT', 'a value is of its type');
  return type.fields.map((field, index) => encodeValue(items[index] ?? null, field.type));
}

/** Reads a value of a type. @throws {DiagnosticError} where it is none. */
export function decodeValue(value: unknown, type: SqlType): SqlValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof value !== 'boolean') throw wrongRecord('a BOOLEAN', value);
      return value;
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return wholeNumber(value, 2 ** 31);
    case 'TIMESTAMP':
      return wholeNumber(value, Number.MAX_SAFE_INTEGER);
    case 'BIGINT':
      return decodeBigint(value);
    case 'DOUBLE':
      return decodeDouble(value);
    case 'DECIMAL':
      return decodeDecimal(value);
    case 'STRING':
      return asText(value);
    case 'BYTES':
      return Buffer.from(asText(value), 'base64');
    case 'ARRAY':
      return asList(value).map((element) => decodeValue(element, type.element));
    case 'MAP':
      return new Map(asList(value).map((entry) => decodeEntry(asList(entry), type.key, type.value)));
    case 'STRUCT': {
      const fields = asList(value);
      if (fields.length !== type.fields.length) throw wrongRecord('a STRUCT of as many fields', value);
      return type.fields.map((field, index) => decodeValue(fields[index], field.type));
    }
    default:
      return unreachable(type);
  }
}

function wholeNumber(value: unknown, max: number): number {
  const number = asNumber(value);
  if (!Number.isInteger(number) || Math.abs(number) > max) throw wrongRecord('a whole number', value);
  return number;
}

function decodeBigint(value: unknown): SqlValue {
  if (typeof value === 'number') return wholeNumber(value, Number.MAX_SAFE_INTEGER);
  const text = asText(value);
  const exact = /^-?[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (exact === undefined || exact < INT64_MIN || exact > INT64_MAX) throw wrongRecord('a BIGINT', value);
  return int64(exact);
}

const DOUBLES: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

function decodeDouble(value: unknown): number {
  return DOUBLES.get(value) ?? asNumber(value);
}

/** The digits of a DECIMAL need not fit its type: a literal is as long as it was written. */
function decodeDecimal(value: unknown): SqlValue {
  const [digits, scale, ...others] = asList(value);
  const text = asText(digits);
  if (others.length > 0 || !/^-?[0-9]{1,20000}$/.test(text)) throw wrongRecord('a DECIMAL', value);
  return new Decimal(BigInt(text), wholeNumber(scale, 10_000));
}

function decodeEntry(entry: readonly unknown[], key: SqlType, value: SqlType): readonly [SqlValue, SqlValue] {
  if (entry.length !== 2) throw wrongRecord('an entry of a MAP', entry);
  return [decodeValue(entry[0], key), decodeValue(entry[1], value)];
}
