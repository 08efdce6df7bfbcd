/**
 * What a JSON value becomes in a column of each type. Numbers arrive as doubles from `JSON.parse`; where a double may
 * have lost something {@link INEXACT} is thrown, and the record is read again with numbers as text.
 *
 * Rules are ksqlDB's: texts become numbers where they parse, what is no text becomes a STRING by its JSON, integers are
 * cut to their width, DECIMALs must fit exactly, BYTES are base64.
 */
import { Decimal } from '../model/decimal.ts';
import { readDecimal } from '../model/decimal-bytes.ts';
import { doubleToInt64, type Int64, int64ToInt32, parseInt32, parseInt64 } from '../model/int64.ts';
import { parseDouble } from '../model/java-double.ts';
import { SerdeError } from '../model/serde-error.ts';
import { timeOfDay } from '../model/time-of-day.ts';
import { type ExactJson, JsonNumber } from './exact-parser.ts';
import { printJson, printJsonNumber } from './text.ts';

/** Thrown, once made and without a stack, when numbers must be read as text. */
export const INEXACT = new SerdeError('a number needs more than a double');

/** A value of `JSON.parse` or of the exact parser. */
export type Json =
  | null
  | boolean
  | string
  | number
  | JsonNumber
  | readonly Json[]
  | { readonly [name: string]: Json };

function refuse(value: Json, type: string): SerdeError {
  const kind =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'array'
        : value instanceof JsonNumber || typeof value === 'number'
          ? 'number'
          : typeof value;
  return new SerdeError(`can't convert type. sourceType: ${kind}, requiredType: ${type}`);
}

function refuseText(text: string, type: string): SerdeError {
  return new SerdeError(`can't coerce string to type ${type}: '${text}'`);
}

export function toBoolean(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  throw refuse(value, 'BOOLEAN');
}

export function toInteger(value: Json): number {
  if (typeof value === 'string') {
    const parsed = parseInt32(value);
    if (parsed === undefined) throw refuseText(value, 'INTEGER');
    return parsed;
  }
  return int64ToInt32(wholePart(value, 'INTEGER'));
}

export function toBigint(value: Json): Int64 {
  if (typeof value === 'string') {
    const parsed = parseInt64(value);
    if (parsed === undefined) throw refuseText(value, 'BIGINT');
    return parsed;
  }
  return wholePart(value, 'BIGINT');
}

/** DATE and TIMESTAMP are numbers of days or milliseconds. */
export function toInstant(value: Json): number {
  return Number(toBigint(value));
}

/** TIME is the number of milliseconds of the day that have passed. */
export function toTime(value: Json): number {
  return timeOfDay(toInstant(value));
}

function wholePart(value: Json, type: string): Int64 {
  if (typeof value === 'number') {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw INEXACT;
    return doubleToInt64(value);
  }
  if (!(value instanceof JsonNumber)) throw refuse(value, type);
  const decimal = Decimal.parse(value.text);
  if (decimal === undefined) throw new SerdeError(`number out of range: ${value.text}`);
  return decimal.toInt64();
}

/** A number of JSON as Jackson gives it, by way of an integer or a decimal: `-0` and `-0.0` are zero, `-1e-400` is -0.0. */
export function doubleOf(text: string): number {
  const value = Number(text);
  return value === 0 && Decimal.parse(text)?.unscaled === 0n ? 0 : value;
}

export function toDouble(value: Json): number {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) throw INEXACT;
    return value;
  }
  if (value instanceof JsonNumber) return doubleOf(value.text);
  if (typeof value === 'string') {
    const parsed = parseDouble(value);
    if (parsed === undefined) throw refuseText(value, 'DOUBLE');
    return parsed;
  }
  throw refuse(value, 'DOUBLE');
}

export function toText(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') throw INEXACT;
  if (value instanceof JsonNumber) return printJsonNumber(value.text);
  requireExact(value);
  return printJson(value);
}

/** A number anywhere inside would print otherwise than it was written. */
function requireExact(value: Json): asserts value is ExactJson {
  if (typeof value === 'number') throw INEXACT;
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) return;
  for (const inner of Object.values<Json>(value)) requireExact(inner);
}

/** The caller has seen to it that no number of the text has more digits than a double keeps. */
export function toDecimal(value: Json, precision: number, scale: number): Decimal {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? String(value)
        : value instanceof JsonNumber
          ? value.text
          : undefined;
  if (text === undefined) throw refuse(value, 'DECIMAL');
  const decimal = Decimal.parse(text);
  if (decimal === undefined) throw refuseText(text, 'DECIMAL');
  return readDecimal(decimal, precision, scale);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

export function toBytes(value: Json): Buffer {
  if (typeof value !== 'string') throw refuse(value, 'BYTES');
  if (!BASE64.test(value)) throw refuseText(value, 'BYTES');
  return Buffer.from(value, 'base64');
}

export function requireArray(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw refuse(value, 'ARRAY');
}

/** Whether a value is an object, and no array. */
export const isJsonObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

export function requireObject(value: Json, type: string): { readonly [name: string]: Json } {
  if (isJsonObject(value)) return value;
  throw refuse(value, type);
}
