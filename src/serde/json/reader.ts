import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { SqlValue } from '../model/sql-value.ts';
import { isSpellingOf } from './field-name.ts';
import {
  type Json,
  requireArray,
  requireObject,
  toBigint,
  toBoolean,
  toBytes,
  toDecimal,
  toDouble,
  toInstant,
  toInteger,
  toText,
  toTime,
} from './coercion.ts';

/** Reads a value that is neither null nor absent. */
type ValueReader = (value: Json) => SqlValue;

/** Reads the fields of an object into a row. */
type FieldsReader = (object: { readonly [name: string]: Json }) => SqlValue[];

/** The reader of a type. Nothing is looked up per record: each type has its own function. */
function valueReader(type: SqlType, maps: MapForm): ValueReader {
  switch (type.kind) {
    case 'BOOLEAN':
      return toBoolean;
    case 'INTEGER':
      return toInteger;
    case 'BIGINT':
      return toBigint;
    case 'DOUBLE':
      return toDouble;
    case 'STRING':
      return toText;
    case 'BYTES':
      return toBytes;
    case 'TIME':
      return toTime;
    case 'DATE':
    case 'TIMESTAMP':
      return toInstant;
    case 'DECIMAL': {
      const { precision, scale } = type;
      return (value) => toDecimal(value, precision, scale);
    }
    case 'ARRAY': {
      const read = nullableReader(type.element, maps);
      return (value) => requireArray(value).map(read);
    }
    case 'MAP': {
      const read = nullableReader(type.value, maps);
      return maps === 'objects' ? objectMap(read) : entryMap(read);
    }
    case 'STRUCT': {
      const read = fieldsReader(type.fields, 0, maps);
      return (value) => read(requireObject(value, 'STRUCT'));
    }
  }
}

/** What a MAP may be: an object, or also an array of objects with a `key` and a `value`, as Connect writes JSON Schema's. */
export type MapForm = 'objects' | 'entries';

function objectMap(read: (value: Json) => SqlValue): ValueReader {
  return (value) => {
    const map = new Map<SqlValue, SqlValue>();
    for (const [key, entry] of Object.entries(requireObject(value, 'MAP'))) map.set(key, read(entry));
    return map;
  };
}

function entryMap(read: (value: Json) => SqlValue): ValueReader {
  const readObject = objectMap(read);
  return (value) => {
    if (!Array.isArray(value)) return readObject(value);
    const map = new Map<SqlValue, SqlValue>();
    for (const each of value) {
      const entry = requireObject(each, 'MAP');
      const key = entry['key'] ?? null;
      map.set(key === null ? null : toText(key), read(entry['value'] ?? null));
    }
    return map;
  };
}

export function nullableReader(type: SqlType, maps: MapForm = 'objects'): (value: Json) => SqlValue {
  const read = valueReader(type, maps);
  return (value) => (value === null ? null : read(value));
}

/** Java's integers and the decimals that Jackson reads fractions as have no such zero; a double that is too small has. */
const IS_NOT_MINUS_ZERO = '(v !== 0 || 1 / v > 0)';

/** The test, in generated code, that a value needs no coercion. */
function isPlain(type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
      return `typeof v === 'string'`;
    case 'INTEGER':
      return `typeof v === 'number' && (v | 0) === v && ${IS_NOT_MINUS_ZERO}`;
    case 'BIGINT':
      return `Number.isSafeInteger(v) && ${IS_NOT_MINUS_ZERO}`;
    case 'DOUBLE':
      return `typeof v === 'number' && ${IS_NOT_MINUS_ZERO}`;
    case 'BOOLEAN':
      return `typeof v === 'boolean'`;
    default:
      return 'false';
  }
}

/**
 * Compiles the reader of an object's fields. A field is found by its exact name, else by its name in upper case: names
 * that a user did not quote are upper case in the schema, whatever their case in the data. After the columns come
 * `trailingNulls` nulls.
 */
export function fieldsReader(
  columns: readonly FormatColumn[],
  trailingNulls = 0,
  maps: MapForm = 'objects',
): FieldsReader {
  const readers = columns.map((column) => valueReader(column.type, maps));
  const otherSpellings = otherSpellingsFinder(columns);
  const values = [
    ...columns.map((_, index) => `c${index}`),
    ...Array.from({ length: trailingNulls }, () => 'null'),
  ];
  const body = columns.map((column, index) => {
    const name = JSON.stringify(column.name);
    // What every object inherits is not a field.
    const get =
      column.name in Object.prototype ? `(Object.hasOwn(o, ${name}) ? o[${name}] : undefined)` : `o[${name}]`;
    return `
      v = ${get};
      if (v === undefined) v = (others ??= otherSpellings(o))[${index}];
      const c${index} = v === undefined || v === null ? null : ${isPlain(column.type)} ? v : read${index}(v);`;
  });
  const code = `return (o) => { let v, others; ${body.join('')}\n return [${values.join(', ')}]; };`;
  const scope = {
    otherSpellings,
    ...Object.fromEntries(readers.map((read, index) => [`read${index}`, read])),
  };
  return compileFunction<FieldsReader>(scope, code);
}

/** Names of fields whose columns are kept, for records that have ever new ones. */
const KNOWN_NAMES_MAX = 1000;

/**
 * Finds the values of columns whose exact names an object does not have, by other spellings of their names; of several the
 * last counts, whatever earlier records had. The result is that of the last call, too.
 */
function otherSpellingsFinder(
  columns: readonly FormatColumn[],
): (object: { readonly [name: string]: Json }) => readonly (Json | undefined)[] {
  const known = new Map<string, readonly number[]>();
  const found: (Json | undefined)[] = columns.map(() => undefined);
  const columnsOf = (field: string): readonly number[] => {
    const indexes = columns.flatMap(({ name }, index) => (isSpellingOf(name, field) ? [index] : []));
    if (known.size >= KNOWN_NAMES_MAX) known.clear();
    known.set(field, indexes);
    return indexes;
  };
  return (object) => {
    found.fill(undefined);
    for (const field in object) {
      for (const index of known.get(field) ?? columnsOf(field)) found[index] = object[field];
    }
    return found;
  };
}
