import type { FormatColumn } from '../format.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { SqlValue } from '../model/sql-value.ts';
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
export type FieldsReader = (object: { readonly [name: string]: Json }) => SqlValue[];

/** The reader of a type. Nothing is looked up per record: each type has its own function. */
export function valueReader(type: SqlType): ValueReader {
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

/** The test, in generated code, that a value needs no coercion. */
function isPlain(type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
      return `typeof v === 'string'`;
    case 'INTEGER':
      return `typeof v === 'number' && (v | 0) === v`;
    case 'BIGINT':
      return `Number.isSafeInteger(v)`;
    case 'DOUBLE':
      return `typeof v === 'number'`;
    case 'BOOLEAN':
      return `typeof v === 'boolean'`;
    default:
      return 'false';
  }
}

/**
 * Compiles the reader of an object's fields. A field is found by its exact name, else by its name in upper case: names
 * that a user did not quote are upper case in the schema, whatever their case in the data.
 */
export function fieldsReader(columns: readonly FormatColumn[]): FieldsReader {
  const readers = columns.map((column) => valueReader(column.type));
  const finders = columns.map((column) => caseInsensitiveFinder(column.name));
  const values = columns.map((_, index) => `c${index}`);
  const body = columns.map((column, index) => {
    const name = JSON.stringify(column.name);
    // What every object inherits is not a field.
    const get =
      column.name in Object.prototype ? `(Object.hasOwn(o, ${name}) ? o[${name}] : undefined)` : `o[${name}]`;
    return `
      v = ${get};
      if (v === undefined) v = find${index}(o);
      const c${index} = v === undefined || v === null ? null : ${isPlain(column.type)} ? v : read${index}(v);`;
  });
  const code = `return (o) => { let v; ${body.join('')}\n return [${values.join(', ')}]; };`;
  const names = [...readers.map((_, index) => `read${index}`), ...finders.map((_, index) => `find${index}`)];
  return new Function(...names, code)(...readers, ...finders) as FieldsReader;
}

/** Finds a field by its upper-case name; remembers the spelling, since records of a topic tend to share it. */
function caseInsensitiveFinder(
  name: string,
): (object: { readonly [name: string]: Json }) => Json | undefined {
  let spelling = name;
  return (object) => {
    if (spelling !== name && Object.hasOwn(object, spelling)) return object[spelling];
    for (const candidate in object) {
      if (candidate.length === name.length && candidate.toUpperCase() === name) {
        spelling = candidate;
        return object[candidate];
      }
    }
    return undefined;
  };
}
