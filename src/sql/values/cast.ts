import { castDecimal, Decimal } from '../../serde/model/decimal.ts';
import {
  doubleToInt32,
  doubleToInt64,
  type Int64,
  int64,
  int64ToInt32,
  parseInt32,
  parseInt64,
} from '../../serde/model/int64.ts';
import { parseDouble } from '../../serde/model/java-double.ts';
import { printType, sameType, type SqlType, type StructType } from '../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import { scalarText } from './compare.ts';
import { parseDate, parseTime, parseTimestamp } from './iso-time.ts';
import { textPrinter } from './java-text.ts';

/** Converts a value that is not null. @throws {RangeError} where the value has no counterpart in the target type. */
type Caster = (value: SqlValue) => SqlValue;

const identity: Caster = (value) => value;
const MS_PER_DAY = 86_400_000;

/**
 * The function that casts values of one type to another, or undefined where there is no such cast. Overflows of
 * integers wrap and saturate as Java's narrowing conversions do; decimals round half up and must fit.
 */
export function casterOf(from: SqlType, to: SqlType): Caster | undefined {
  if (sameType(from, to)) return identity;
  if (to.kind === 'STRING') return textPrinter(from);
  switch (from.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return fromInteger(from.kind, to);
    case 'DECIMAL':
      return fromDecimal(to);
    case 'DOUBLE':
      return fromDouble(to);
    case 'STRING':
      return fromString(to);
    case 'DATE':
      return to.kind === 'TIMESTAMP' ? (value) => (value as number) * MS_PER_DAY : undefined;
    case 'TIMESTAMP':
      return fromTimestamp(to);
    case 'ARRAY':
      return to.kind === 'ARRAY' ? castArray(from.element, to.element) : undefined;
    case 'MAP':
      return to.kind === 'MAP' ? castMap(from, to) : undefined;
    case 'STRUCT':
      return to.kind === 'STRUCT' ? castStruct(from, to) : undefined;
    default:
      return undefined;
  }
}

function fromInteger(kind: 'INTEGER' | 'BIGINT', to: SqlType): Caster | undefined {
  switch (to.kind) {
    case 'INTEGER':
      return (value) => int64ToInt32(value as Int64);
    case 'BIGINT':
      return identity;
    case 'DOUBLE':
      return kind === 'INTEGER' ? identity : Number;
    case 'DECIMAL':
      return (value) => castDecimal(Decimal.fromInt64(value as Int64), to.precision, to.scale);
    default:
      return undefined;
  }
}

function fromDecimal(to: SqlType): Caster | undefined {
  switch (to.kind) {
    case 'INTEGER':
      return (value) => int64ToInt32(int64((value as Decimal).withScale(0, 'DOWN').unscaled));
    case 'BIGINT':
      return (value) => (value as Decimal).toInt64();
    case 'DOUBLE':
      return (value) => (value as Decimal).toNumber();
    case 'DECIMAL':
      return (value) => castDecimal(value as Decimal, to.precision, to.scale);
    default:
      return undefined;
  }
}

function fromDouble(to: SqlType): Caster | undefined {
  switch (to.kind) {
    case 'INTEGER':
      return (value) => doubleToInt32(value as number);
    case 'BIGINT':
      return (value) => doubleToInt64(value as number);
    case 'DECIMAL':
      return (value) => castDecimal(Decimal.fromDouble(value as number), to.precision, to.scale);
    default:
      return undefined;
  }
}

function fromString(to: SqlType): Caster | undefined {
  switch (to.kind) {
    case 'BOOLEAN':
      return (value) => parseBoolean(value as string);
    case 'INTEGER':
      return (value) => required(parseInt32((value as string).trim()), value, to);
    case 'BIGINT':
      return (value) => required(parseInt64((value as string).trim()), value, to);
    case 'DOUBLE':
      return (value) => required(parseSqlDouble(value as string), value, to);
    case 'DECIMAL':
      return (value) =>
        castDecimal(required(Decimal.parse((value as string).trim()), value, to), to.precision, to.scale);
    case 'DATE':
      return (value) => parseDate((value as string).trim());
    case 'TIME':
      return (value) => parseTime((value as string).trim());
    case 'TIMESTAMP':
      return (value) => parseTimestamp((value as string).trim());
    case 'BYTES':
      return (value) => parseBase64(value as string);
    default:
      return undefined;
  }
}

function fromTimestamp(to: SqlType): Caster | undefined {
  switch (to.kind) {
    case 'DATE':
      return (value) => Math.floor((value as number) / MS_PER_DAY);
    case 'TIME':
      return (value) => (value as number) - Math.floor((value as number) / MS_PER_DAY) * MS_PER_DAY;
    default:
      return undefined;
  }
}

function castArray(from: SqlType, to: SqlType): Caster | undefined {
  const cast = casterOf(from, to);
  if (cast === undefined) return undefined;
  return (value) =>
    (value as readonly SqlValue[]).map((element) => (element === null ? null : cast(element)));
}

function castMap(from: SqlType & { kind: 'MAP' }, to: SqlType & { kind: 'MAP' }): Caster | undefined {
  const castKey = casterOf(from.key, to.key);
  const cast = casterOf(from.value, to.value);
  if (castKey === undefined || cast === undefined) return undefined;
  return (value) => {
    const result = new Map<SqlValue, SqlValue>();
    for (const [key, entry] of value as SqlMap) {
      result.set(key === null ? null : castKey(key), entry === null ? null : cast(entry));
    }
    return result;
  };
}

/** Fields go by their names; those that the source has not are null. */
function castStruct(from: StructType, to: StructType): Caster | undefined {
  const plan: { readonly index: number; readonly cast: Caster }[] = [];
  for (const field of to.fields) {
    const index = from.fields.findIndex((candidate) => candidate.name === field.name);
    const source = from.fields[index];
    const cast = source === undefined ? identity : casterOf(source.type, field.type);
    if (cast === undefined) return undefined;
    plan.push({ index, cast });
  }
  return (value) =>
    plan.map(({ index, cast }) => {
      const field = (value as readonly SqlValue[])[index] ?? null;
      return field === null ? null : cast(field);
    });
}

/** True for every prefix of `true` and of `yes`, whatever its case; false for all else. */
function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  return word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word));
}

/** A double without Java's type suffixes. */
function parseSqlDouble(text: string): number | undefined {
  return /[fFdD]\s*$/.test(text) ? undefined : parseDouble(text);
}

/** @throws {RangeError} where the text is no base64. */
function parseBase64(text: string): Buffer {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) {
    throw new RangeError(`not base64: '${text}'`);
  }
  return Buffer.from(text, 'base64');
}

function required<T>(value: T | undefined, text: SqlValue, type: SqlType): T {
  if (value === undefined)
    throw new RangeError(`not a value of type ${printType(type)}: '${scalarText(text)}'`);
  return value;
}
