import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../format.ts';
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
} from './coercion.ts';

/** Reads a value that is neither null nor absent. */
type ValueReader = (value: Json) => SqlValue;

/** Reads the fields of an object into a row. */
type FieldsReader = (object: { readonly [name: string]: Json }) => SqlValue[];

/** The reader of a type. Nothing is looked up per record: each type has its own function. */
function valueReader(type: SqlType): ValueReader {
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
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return toInstant;
    case 'DECIMAL': {
      const { precision, scale } = type;
      return (value) => toDecimal(value, precision, scale);
    }
    case 'ARRAY': {
      const read = nullableReader(type.element);
      return (value) => requireArray(value).map(read);
    }
    case 'MAP': {
      const read = nullableReader(type.value);
      return (value) => {
        const map = new Map<SqlValue, SqlValue>();
        for (const [key, entry] of Object.entries(requireObject(value, 'MAP'))) map.set(key, read(entry));
        return map;
      };
    }
    case 'STRUCT': {
      const read = fieldsReader(type.fields);
      return (value) => read(requireObject(value, 'STRUCT'));
    }
  }
}

export function nullableReader(type: SqlType): (value: Json) => SqlValue {
  const read = valueReader(type);
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
export function fieldsReader(columns: readonly FormatColumn[], trailingNulls = 0): FieldsReader {
  const readers = columns.map((column) => valueReader(column.type));
  const spellings = columns.map((column): string | symbol => column.name);
  const find = caseInsensitiveFinder(columns, spellings);
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
      if (v === undefined && (v = o[spellings[${index}]]) === undefined) v = find(o, ${index});
      const c${index} = v === undefined || v === null ? null : ${isPlain(column.type)} ? v : read${index}(v);`;
  });
  const code = `return (o) => { let v; ${body.join('')}\n return [${values.join(', ')}]; };`;
  const scope = {
    spellings,
    find,
    ...Object.fromEntries(readers.map((read, index) => [`read${index}`, read])),
  };
  return compileFunction<FieldsReader>(scope, code);
}

/** No field has it. */
const NO_SPELLING = Symbol('no spelling');

/**
 * Finds a field by its upper-case name. The spelling is kept for the next record, since records of a topic tend to
 * share it; a name that objects inherit is not kept, and is no spelling to begin with.
 */
function caseInsensitiveFinder(
  columns: readonly FormatColumn[],
  spellings: (string | symbol)[],
): (object: { readonly [name: string]: Json }, index: number) => Json | undefined {
  const names = columns.map((column) => column.name);
  names.forEach((name, index) => {
    if (name in Object.prototype) spellings[index] = NO_SPELLING;
  });
  return (object, index) => {
    const name = names[index] ?? '';
    for (const candidate in object) {
      if (isSpellingOf(name, candidate)) {
        if (!(candidate in Object.prototype)) spellings[index] = candidate;
        return object[candidate];
      }
    }
    return undefined;
  };
}
