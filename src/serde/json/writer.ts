import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { Decimal } from '../model/decimal.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { Row, SqlMap, SqlValue } from '../model/sql-value.ts';
import { doubleJson, quoteJson } from './text.ts';

/** Writes a value that is not null as JSON text. */
type ValueWriter = (value: never) => string;

/** The writer of a type. */
export function valueWriter(type: SqlType): ValueWriter {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return String;
    case 'DOUBLE':
      return doubleJson;
    case 'STRING':
      return quoteJson;
    case 'BYTES':
      return (value: Buffer) => `"${value.toString('base64')}"`;
    case 'DECIMAL':
      return (value: Decimal) => value.toPlainString();
    case 'ARRAY': {
      const write = nullableWriter(type.element);
      return (value: readonly SqlValue[]) => {
        let text = '[';
        for (let index = 0; index < value.length; index += 1) {
          text += (index === 0 ? '' : ',') + write(value[index] ?? null);
        }
        return `${text}]`;
      };
    }
    case 'MAP': {
      const write = nullableWriter(type.value);
      return (value: SqlMap) => {
        let text = '{';
        for (const [key, entry] of value) {
          text += `${text.length === 1 ? '' : ','}${quoteJson(key === null ? 'null' : (key as string))}:${write(entry)}`;
        }
        return `${text}}`;
      };
    }
    case 'STRUCT':
      return fieldsWriter(type.fields);
  }
}

export function nullableWriter(type: SqlType): (value: SqlValue) => string {
  const write = valueWriter(type) as (value: SqlValue) => string;
  return (value) => (value === null ? 'null' : write(value));
}

/** To compile more takes longer than others can wait, and V8 does not optimize functions of such a length. */
const COMPILED_FIELDS_MAX = 500;

/** The writer of an object with these fields: all of them are written, nulls too. */
export function fieldsWriter(columns: readonly FormatColumn[]): (row: Row) => string {
  return columns.length > COMPILED_FIELDS_MAX ? fieldLoop(columns) : compiledFields(columns);
}

function fieldLoop(columns: readonly FormatColumn[]): (row: Row) => string {
  const fields = columns.map(({ name, type }) => ({
    start: `,${quoteJson(name)}:`,
    write: nullableWriter(type),
  }));
  return (row) => {
    let text = '';
    for (const [index, { start, write }] of fields.entries()) text += start + write(row[index] ?? null);
    return `{${text.slice(1)}}`;
  };
}

function compiledFields(columns: readonly FormatColumn[]): (row: Row) => string {
  // A function for each kind of value, not for each column: thousands of parameters take long to compile.
  const names = new Map<ValueWriter, string>();
  const nameOf = (write: ValueWriter): string => {
    const name = names.get(write) ?? `write${names.size}`;
    names.set(write, name);
    return name;
  };
  const parts = columns.map((column, index) => {
    const name = JSON.stringify(`${index === 0 ? '{' : ','}${quoteJson(column.name)}:`);
    const plain = column.type.kind === 'INTEGER' || column.type.kind === 'BOOLEAN';
    return `t += ${name}; v = row[${index}]; t += v === null || v === undefined ? 'null' : ${plain ? 'v' : `${nameOf(valueWriter(column.type))}(v)`};`;
  });
  const code = `return (row) => { let t = ${columns.length === 0 ? "'{'" : "''"}, v; ${parts.join('\n')}\n return t + '}'; };`;
  const scope = Object.fromEntries([...names].map(([write, name]) => [name, write]));
  return compileFunction<(row: Row) => string>(scope, code);
}
