import { mustStop } from '../../base/assert.ts';
import { castDecimal, Decimal } from '../../serde/model/decimal.ts';
import { parseInt32, parseInt64 } from '../../serde/model/int64.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { doubleOf, type Json, requireObject, toBytes } from '../../serde/json/coercion.ts';
import { JsonNumber, parseExactJson } from '../../serde/json/exact-parser.ts';
import { parseDate, parseTime, parseTimestamp } from '../values/iso-time.ts';
import { meantName } from './field-names.ts';

/** Digits that a double may lose, and numbers that may be no whole ones: they are read as text. */
const NEEDS_TEXT = /\d(?:[.eE]|\d{15})/;

/** Parses a line of an inserts stream; whole numbers that a double holds come as numbers, others as texts of theirs. */
export function parseInserted(line: string): Json {
  if (NEEDS_TEXT.test(line)) return parseExactJson(line);
  const json: Json = JSON.parse(line);
  return json;
}

/** Thrown, once made, where a value has no place in a column. */
const NO_FIT = new RangeError('a value that does not fit its column');

/**
 * The value of a column of that type, by the rules of ksqlDB's API, which are stricter than those of JSON records: numbers only
 * widen, and a text is no number but in a DECIMAL. Undefined where the value does not fit.
 */
export function coerced(value: Json, type: SqlType): SqlValue | undefined {
  try {
    return coerce(value, type);
  } catch (error) {
    if (mustStop(error)) throw error;
    // Whatever a parser says of a text: it does not fit.
    return undefined;
  }
}

/** The class that a value has in ksqlDB's server, which its messages name. */
export function javaClassOf(value: Json): string {
  if (Array.isArray(value)) return 'io.vertx.core.json.JsonArray';
  if (typeof value === 'string') return 'java.lang.String';
  if (typeof value === 'boolean') return 'java.lang.Boolean';
  const text = numberText(value);
  if (text === undefined) return 'io.vertx.core.json.JsonObject';
  if (!/^-?\d+$/.test(text)) return 'java.lang.Double';
  if (parseInt32(text) !== undefined) return 'java.lang.Integer';
  return parseInt64(text) === undefined ? 'java.math.BigInteger' : 'java.lang.Long';
}

function coerce(value: Json, type: SqlType): SqlValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof value !== 'boolean') throw NO_FIT;
      return value;
    case 'INTEGER':
      return typeof value === 'number' && (value | 0) === value
        ? value + 0
        : fitting(parseInt32(requireNumber(value)));
    case 'BIGINT':
      return typeof value === 'number' ? value + 0 : fitting(parseInt64(requireNumber(value)));
    case 'DOUBLE':
      return typeof value === 'number' ? value + 0 : doubleOf(requireNumber(value));
    case 'DECIMAL': {
      const text = typeof value === 'string' ? value : requireNumber(value);
      return castDecimal(fitting(Decimal.parse(text)), type.precision, type.scale);
    }
    case 'STRING':
      return requireText(value);
    case 'BYTES':
      return toBytes(value);
    case 'DATE':
      return parseDate(requireText(value));
    case 'TIME':
      return parseTime(requireText(value));
    case 'TIMESTAMP':
      return parseTimestamp(requireText(value));
    case 'ARRAY':
      if (!Array.isArray(value)) throw NO_FIT;
      return value.map((each: Json) => coerce(each, type.element));
    case 'MAP':
      return new Map<SqlValue, SqlValue>(
        Object.entries(requireObject(value, type.kind)).map(([key, each]) => [
          coerce(key, type.key),
          coerce(each, type.value),
        ]),
      );
    case 'STRUCT': {
      const fields = new Map(
        Object.entries(requireObject(value, type.kind)).map(([name, each]) => [meantName(name), each]),
      );
      return type.fields.map((field) => coerce(fields.get(field.name) ?? null, field.type));
    }
  }
}

function requireText(value: Json): string {
  if (typeof value === 'string') return value;
  throw NO_FIT;
}

function requireNumber(value: Json): string {
  return fitting(numberText(value));
}

function numberText(value: Json): string | undefined {
  if (typeof value === 'number') return String(value);
  return value instanceof JsonNumber ? value.text : undefined;
}

function fitting<T>(value: T | undefined): T {
  if (value === undefined) throw NO_FIT;
  return value;
}
