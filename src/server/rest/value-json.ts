import type { Decimal } from '../../serde/model/decimal.ts';
import { doubleJson, quoteJson } from '../../serde/json/text.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import { printDate, printTime, printTimestamp } from '../../sql/values/iso-time.ts';

type ValueWriter = (value: SqlValue) => string;

/**
 * The writer of a column's values as JSON text in answers of the REST API: DECIMAL as a number with its scale, BIGINT
 * exact, BYTES as base64, DATE, TIME and TIMESTAMP as ISO text in UTC, STRUCT and MAP as objects.
 */
function valueJson(type: SqlType): ValueWriter {
  const write = notNullJson(type);
  return (value) => (value === null ? 'null' : write(value));
}

/** The writer of a row as a JSON array of its columns. */
export function rowJson(types: readonly SqlType[]): (row: Row) => string {
  const writers = types.map(valueJson);
  const write = (row: Row): string => `[${writers.map((write, i) => write(row[i] ?? null)).join(',')}]`;
  const layout = types.map(printType).join();
  return (row) =>
    lastRow.row === row && lastRow.layout === layout ? lastRow.text : noteLast(row, layout, write(row));
}

/** The row that was written last: one that many push queries show is told to all of them in turn, and is written once. */
let lastRow: { readonly row: Row | undefined; readonly layout: string; readonly text: string } = {
  ...{ row: undefined, layout: '', text: '' },
};

function noteLast(row: Row, layout: string, text: string): string {
  lastRow = { row, layout, text };
  return text;
}

function notNullJson(type: SqlType): ValueWriter {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
      return String;
    case 'DOUBLE':
      return (value) => doubleJson(value as number);
    case 'DECIMAL':
      return (value) => (value as Decimal).toPlainString();
    case 'STRING':
      return (value) => quoteJson(value as string);
    case 'BYTES':
      return (value) => `"${(value as Buffer).toString('base64')}"`;
    case 'DATE':
      return (value) => `"${printDate(value as number)}"`;
    case 'TIME':
      return (value) => `"${printTime(value as number)}"`;
    case 'TIMESTAMP':
      return (value) => `"${printTimestamp(value as number)}"`;
    case 'ARRAY': {
      const element = valueJson(type.element);
      return (value) => `[${(value as readonly SqlValue[]).map(element).join(',')}]`;
    }
    case 'MAP': {
      const entry = valueJson(type.value);
      return (value) =>
        `{${[...(value as SqlMap)].map(([key, v]) => `${quoteJson(key as string)}:${entry(v)}`).join(',')}}`;
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => ({
        name: quoteJson(field.name),
        write: valueJson(field.type),
      }));
      return (value) => {
        const struct = value as readonly SqlValue[];
        return `{${fields.map(({ name, write }, i) => `${name}:${write(struct[i] ?? null)}`).join(',')}}`;
      };
    }
  }
}
