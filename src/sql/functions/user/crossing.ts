import { assert } from '../../../base/assert.ts';
import { castDecimal, Decimal } from '../../../serde/model/decimal.ts';
import { int64, INT64_MAX, INT64_MIN } from '../../../serde/model/int64.ts';
import { printType, type SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../../serde/model/sql-value.ts';

/** What `out[0]` says that an entry has given; see `prelude.ts`. */
export const GIVEN = { nothing: -1, null: 0, number: 1, true: 2, false: 3, text: 4, json: 5 } as const;

/** A type as the prelude has it: with its text, for messages. */
export interface SandboxType {
  readonly kind: SqlType['kind'];
  readonly text: string;
  readonly element?: SandboxType;
  readonly key?: SandboxType;
  readonly value?: SandboxType;
  readonly fields?: readonly { readonly name: string; readonly type: SandboxType }[];
}

export function sandboxType(type: SqlType): SandboxType {
  const base = { kind: type.kind, text: printType(type) };
  switch (type.kind) {
    case 'ARRAY':
      return { ...base, element: sandboxType(type.element) };
    case 'MAP':
      return { ...base, key: sandboxType(type.key), value: sandboxType(type.value) };
    case 'STRUCT':
      return {
        ...base,
        fields: type.fields.map((field) => ({ name: field.name, type: sandboxType(field.type) })),
      };
    default:
      return base;
  }
}

/** A value as it crosses: what JSON has. */
export type Crossing = null | boolean | number | string | readonly Crossing[];

export const isList = (value: SqlValue): value is readonly SqlValue[] => Array.isArray(value);
const isMap = (value: SqlValue): value is SqlMap => value instanceof Map;
const isCrossings = (crossing: Crossing | undefined): crossing is readonly Crossing[] =>
  Array.isArray(crossing);

/** Makes values of a type what the prelude reads. Numbers that JSON lacks, and large ones, are texts. */
export function crossingOf(type: SqlType): (value: SqlValue) => Crossing {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) =>
        typeof value === 'number' && !Number.isFinite(value) ? value.toString() : plain(value);
    case 'ARRAY': {
      const element = crossingOf(type.element);
      return (value) => (isList(value) ? value.map(element) : plain(value));
    }
    case 'MAP': {
      const [key, entry] = [crossingOf(type.key), crossingOf(type.value)];
      return (value) =>
        isMap(value) ? Array.from(value, ([name, each]) => [key(name), entry(each)]) : plain(value);
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => crossingOf(field.type));
      return (value) =>
        isList(value) ? fields.map((cross, index) => cross(value[index] ?? null)) : plain(value);
    }
    default:
      return plain;
  }
}

function plain(value: SqlValue): Crossing {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint' || value instanceof Decimal) return value.toString();
  assert(Buffer.isBuffer(value), 'a value is one of its type');
  return value.toString('hex');
}

/** Reads what the prelude has written, and believes none of it. @throws {RangeError} where it is no value of the type. */
export function arrivalOf(type: SqlType): (crossing: Crossing | undefined) => SqlValue {
  const arrive = arrived(type);
  return (crossing) => (crossing === null || crossing === undefined ? null : arrive(crossing));
}

type Arrival = (crossing: NonNullable<Crossing>) => SqlValue;

function arrived(type: SqlType): Arrival {
  switch (type.kind) {
    case 'ARRAY': {
      const element = arrivalOf(type.element);
      return (crossing) => listOf(crossing, type).map(element);
    }
    case 'MAP': {
      const [key, value] = [arrivalOf(type.key), arrivalOf(type.value)];
      return (crossing) =>
        new Map(
          listOf(crossing, type).map((each) => {
            const [name, entry] = listOf(each, type);
            return [key(name), value(entry)];
          }),
        );
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => arrivalOf(field.type));
      return (crossing) => {
        const values = listOf(crossing, type);
        return fields.map((arrive, index) => arrive(values[index]));
      };
    }
    case 'BIGINT':
    case 'DOUBLE':
    case 'DECIMAL':
    case 'BYTES':
      return fromText(type);
    default:
      return fromPlain(type);
  }
}

const wrong = (crossing: Crossing | undefined, type: SqlType): RangeError =>
  new RangeError(`it gives ${String(crossing).slice(0, 50)}, which is no ${printType(type)}`);

function listOf(crossing: Crossing | undefined, type: SqlType): readonly Crossing[] {
  if (isCrossings(crossing)) return crossing;
  throw wrong(crossing, type);
}

/** The least and the most of a type. */
const RANGES: Readonly<Partial<Record<SqlType['kind'], readonly [number, number]>>> = {
  INTEGER: [-(2 ** 31), 2 ** 31 - 1],
  DATE: [-100_000_001, 100_000_001],
  TIME: [0, 86_399_999],
  TIMESTAMP: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** Of types whose values cross as they are. */
function fromPlain(type: SqlType): Arrival {
  const range = RANGES[type.kind];
  if (range === undefined) {
    const kind = type.kind === 'BOOLEAN' ? 'boolean' : 'string';
    return (crossing) => {
      if (typeof crossing === kind) return crossing;
      throw wrong(crossing, type);
    };
  }
  const [min, max] = range;
  return (crossing) => {
    if (typeof crossing === 'number' && Number.isInteger(crossing) && crossing >= min && crossing <= max)
      return crossing;
    throw wrong(crossing, type);
  };
}

/** Of types some of whose values cross as texts. */
function fromText(type: SqlType): Arrival {
  return (crossing) => {
    if (typeof crossing === 'number') {
      if (type.kind === 'DOUBLE' || (type.kind === 'BIGINT' && Number.isSafeInteger(crossing)))
        return crossing;
    }
    const value = typeof crossing === 'string' ? readText(crossing, type) : undefined;
    if (value === undefined) throw wrong(crossing, type);
    return value;
  };
}

function readText(text: string, type: SqlType): SqlValue | undefined {
  switch (type.kind) {
    case 'BIGINT': {
      const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
      return value === undefined || value > INT64_MAX || value < INT64_MIN ? undefined : int64(value);
    }
    case 'DOUBLE':
      return /^(NaN|-?Infinity)$/.test(text) ? Number(text) : undefined;
    case 'DECIMAL': {
      const decimal = Decimal.parse(text);
      return decimal === undefined ? undefined : castDecimal(decimal, type.precision, type.scale);
    }
    default:
      return /^([0-9a-f]{2})*$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  }
}
