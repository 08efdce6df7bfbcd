import { indexOfName } from '../contract/field-names.ts';
import type { FormatSpec } from '../contract/format.ts';
import type { RowWriter } from '../contract/registered-serde.ts';
import { valueWriter } from '../json/writer.ts';
import { quoteJson } from '../json/text.ts';
import type { SqlType, StructField } from '../model/sql-type.ts';
import type { Row, SqlValue } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES, putSchemaId } from '../schemas/envelope.ts';
import { choiceIndex } from './choices.ts';
import type { SchemaNode } from './schema-node.ts';

/** Writes a value that is not null as JSON. */
type WriteText = (value: never) => string;

/**
 * The writer of rows by a JSON Schema: a property for each column, null for others that may be absent, and maps as the schema
 * has them, as objects or as arrays of entries.
 */
export function jsonSchemaWriter(
  node: SchemaNode,
  schemaId: number,
  { columns }: Pick<FormatSpec, 'columns'>,
  isBare: boolean,
): RowWriter {
  const [bare] = columns;
  if (isBare && bare !== undefined) {
    const write = nullable(writerOf(bare.type, node));
    return (row) => {
      const value = row[0] ?? null;
      return value === null ? null : enveloped(write(value), schemaId);
    };
  }
  const write = fieldsWriter(columns, node);
  return (row) => enveloped(write(row), schemaId);
}

function enveloped(text: string, schemaId: number): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + Buffer.byteLength(text, 'utf8'));
  putSchemaId(bytes, schemaId);
  bytes.write(text, ENVELOPE_BYTES, 'utf8');
  return bytes;
}

function writerOf(type: SqlType, node: SchemaNode | undefined): WriteText {
  switch (type.kind) {
    case 'ARRAY': {
      const write = nullable(writerOf(type.element, node?.kind === 'array' ? node.items : undefined));
      return (value: readonly SqlValue[]) => `[${value.map(write).join(',')}]`;
    }
    case 'MAP':
      return mapWriter(type.value, node);
    case 'STRUCT':
      return fieldsWriter(type.fields, node);
    default:
      return valueWriter(type);
  }
}

/** The keys of maps are texts, or null. */
type TextMap = ReadonlyMap<string | null, SqlValue>;

function mapWriter(type: SqlType, node: SchemaNode | undefined): (value: TextMap) => string {
  if (node?.kind === 'array') {
    const { items } = node;
    const values =
      items?.kind === 'object' ? items.fields.find(({ name }) => name === 'value')?.node : undefined;
    const write = nullable(writerOf(type, values));
    const entry = ([key, each]: readonly [string | null, SqlValue]): string =>
      `{"key":${key === null ? 'null' : quoteJson(key)},"value":${write(each)}}`;
    return (value) => `[${[...value].map(entry).join(',')}]`;
  }
  const write = nullable(writerOf(type, node?.kind === 'object' ? node.values : undefined));
  return (value) =>
    `{${[...value].map(([key, each]) => `${quoteJson(key ?? 'null')}:${write(each)}`).join(',')}}`;
}

function nullable(given: WriteText): (value: SqlValue) => string {
  const write = given as (value: SqlValue) => string;
  return (value) => (value === null ? 'null' : write(value));
}

function fieldsWriter(columns: readonly StructField[], node: SchemaNode | undefined): (row: Row) => string {
  if (node?.kind === 'choice') return choiceWriter(columns, node.choices);
  const declared = node?.kind === 'object' ? node.fields : [];
  const parts = columns.map(({ name, type }, at) => {
    const field = declared[indexOfName(declared, name)];
    const start = `${quoteJson(field?.name ?? name)}:`;
    return { at, start, write: nullable(writerOf(type, field?.node)), field };
  });
  const others = declared.filter((field) => parts.every((part) => part.field !== field));
  const rest = others.map(({ name, fallback = null }) => `${quoteJson(name)}:${JSON.stringify(fallback)}`);
  const missing = others.find(({ isRequired, fallback }) => isRequired && fallback === undefined);
  return (row) => {
    if (missing !== undefined) {
      throw new SerdeError(`Missing value for the required field ${missing.name} of the JSON Schema`);
    }
    const texts = parts.map(({ at, start, write }) => start + write(row[at] ?? null));
    return `{${[...texts, ...rest].join(',')}}`;
  };
}

/** A struct that stands for a choice is written as the one of its fields that is not null. */
function choiceWriter(columns: readonly StructField[], choices: readonly SchemaNode[]): (row: Row) => string {
  const writers = columns.map(({ name, type }) => nullable(writerOf(type, choices[choiceIndex(name)])));
  return (row) => {
    const at = columns.findIndex((_, index) => (row[index] ?? null) !== null);
    return writers[at]?.(row[at] ?? null) ?? 'null';
  };
}
