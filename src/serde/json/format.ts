import type { Format, FormatSpec, RowSerde } from '../contract/format.ts';
import type { SqlType } from '../model/sql-type.ts';
import { type Row, rowOf, type SqlValue } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { isUnwrapped, requireKnownProperties, requireStringMapKeys } from '../contract/unsupported.ts';
import { byteWriter } from './byte-writer.ts';
import { INEXACT, type Json, requireObject } from './coercion.ts';
import { parseExactJson } from './exact-parser.ts';
import { LearntLayouts } from './learnt-layouts.ts';
import { fieldsReader, type MapForm, nullableReader } from './reader.ts';
import { fieldsWriter, valueWriter } from './writer.ts';

/** JSON: an object with the columns as fields, or the bare value of a single column. */
export const jsonFormat: Format = {
  name: 'JSON',
  features: new Set(['WRAP_SINGLES', 'UNWRAP_SINGLES']),
  properties: [],
  inheritedProperties: [],
  usesSchemaRegistry: false,
  validateProperties: (properties) => requireKnownProperties('JSON', [], properties),
  validate: (spec) => requireStringMapKeys(spec, 'JSON only supports MAP types with STRING keys'),
  createSerde: (spec) => jsonSerde(spec),
};

/** What a value becomes before it is read. */
type Shape = (json: Json) => Json;

/**
 * The serde of JSON, for whatever is JSON inside.
 * @param shape puts what was parsed into the form that the columns have; as it is, by default.
 */
export function jsonSerde(spec: FormatSpec, maps: MapForm = 'objects', shape?: Shape): RowSerde {
  return isUnwrapped(spec, true) ? bareValueSerde(spec, maps, shape) : objectSerde(spec, maps, shape);
}

function objectSerde(spec: FormatSpec, maps: MapForm, shape: Shape | undefined): RowSerde {
  // Sources only read and sinks only write, and what a topology is checked with does neither: each is made when it is used.
  let write: ((row: Row) => Buffer) | undefined;
  let readFields: ReturnType<typeof fieldsReader> | undefined;
  const read = (parsed: Json): SqlValue[] | null => {
    const json = shape === undefined ? parsed : shape(parsed);
    if (json === null) return null;
    readFields ??= fieldsReader(spec.columns, spec.trailingNulls, maps);
    return readFields(requireObject(json, 'STRUCT'));
  };
  const parse = jsonParser(
    spec.columns.some((column) => containsDecimal(column.type)),
    read,
  );
  const layouts = shape === undefined ? new LearntLayouts(spec) : undefined;
  return {
    serialize(row) {
      if (row === null) return null;
      write ??= rowWriter(spec.columns);
      return write(row);
    },
    deserialize: (bytes) => (bytes === null ? null : (layouts?.read(bytes) ?? parse(bytes))),
  };
}

function rowWriter(columns: FormatSpec['columns']): (row: Row) => Buffer {
  const write = fieldsWriter(columns);
  const writeBytes = byteWriter(columns);
  if (writeBytes === undefined) return (row) => Buffer.from(write(row), 'utf8');
  return (row) => writeBytes(row) ?? Buffer.from(write(row), 'utf8');
}

function bareValueSerde(spec: FormatSpec, maps: MapForm, shape: Shape = (json) => json): RowSerde {
  const type = spec.columns[0]?.type;
  if (type === undefined) throw new RangeError('a bare value needs a column');
  const write = valueWriter(type) as (value: SqlValue) => string;
  const readValue = nullableReader(type, maps);
  const { trailingNulls = 0 } = spec;
  const parse = jsonParser(containsDecimal(type), (json) => rowOf(readValue(shape(json)), trailingNulls));
  return {
    serialize(row) {
      const value = row === null ? null : row[0];
      return value === null || value === undefined ? null : Buffer.from(write(value), 'utf8');
    },
    deserialize: (bytes) => (bytes === null ? null : parse(bytes)),
  };
}

/** Digits, or an exponent, that a double may not hold exactly; a match within a string only costs time. */
const LONG_NUMBER = /[0-9][0-9.]{15}|[0-9][eE][+-]?[0-9]{2}/;

/**
 * Parses with `JSON.parse`, and once more with numbers as text where that would lose something.
 * @param decimals the columns hold DECIMALs, whose digits must be kept.
 */
function jsonParser<T>(decimals: boolean, read: (json: Json) => T): (bytes: Buffer) => T {
  return (bytes) => {
    const text = bytes.toString('utf8');
    if (decimals && LONG_NUMBER.test(text)) return read(parseExactJson(text));
    let json: Json;
    try {
      json = JSON.parse(text) as Json;
    } catch (error) {
      throw new SerdeError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    try {
      return read(json);
    } catch (error) {
      if (error !== INEXACT) throw error;
      return read(parseExactJson(text));
    }
  };
}

function containsDecimal(type: SqlType): boolean {
  switch (type.kind) {
    case 'DECIMAL':
      return true;
    case 'ARRAY':
      return containsDecimal(type.element);
    case 'MAP':
      return containsDecimal(type.value);
    case 'STRUCT':
      return type.fields.some((field) => containsDecimal(field.type));
    default:
      return false;
  }
}
