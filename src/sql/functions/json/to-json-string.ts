import { scalarText } from '../../values/compare.ts';
import { defineFunction, boundOverload } from '../definition.ts';
import type { SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue, SqlMap, Row } from '../../../serde/model/sql-value.ts';
import { printDate, printTime, printTimestamp } from '../../values/iso-time.ts';
import { quoteJson } from '../../../serde/json/text.ts';
import { nullableWriter } from '../../../serde/json/writer.ts';

type Writer = (value: SqlValue) => string;

/** As the JSON format writes values, but times as ISO texts, and fields and entries in the order of their names. */
function writerOf(type: SqlType): Writer {
  const write = definiteWriter(type);
  return (value) => (value === null ? 'null' : write(value));
}

function definiteWriter(type: SqlType): Writer {
  switch (type.kind) {
    case 'DATE':
      return (value) => quoteJson(printDate(value as number));
    case 'TIME':
      return (value) => quoteJson(printTime(value as number));
    case 'TIMESTAMP':
      return (value) => quoteJson(printTimestamp(value as number));
    case 'ARRAY': {
      const write = writerOf(type.element);
      return (value) => `[${(value as readonly SqlValue[]).map(write).join(',')}]`;
    }
    case 'MAP': {
      const write = writerOf(type.value);
      return (value) => {
        const texts = [...(value as SqlMap)].map(([key, entry]) => [scalarText(key), write(entry)] as const);
        return objectJson(texts.toSorted(byName));
      };
    }
    case 'STRUCT': {
      const fields = type.fields
        .map((field, index) => [field.name, { index, write: writerOf(field.type) }] as const)
        .toSorted(byName);
      return (value) =>
        objectJson(fields.map(([name, { index, write }]) => [name, write((value as Row)[index] ?? null)]));
    }
    default:
      return nullableWriter(type);
  }
}

/** The order of Java's TreeMap. */
function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function objectJson(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${quoteJson(name)}:${json}`).join(',')}}`;
}

export const toJsonString = defineFunction({
  name: 'to_json_string',
  category: 'JSON',
  description: 'A value of any type as JSON.',
  overloads: [
    boundOverload(['val T'], 'STRING', ({ argumentTypes }) => {
      const type = argumentTypes[0];
      if (
        type === null ||
        type === undefined ||
        type.kind === 'LAMBDA' ||
        type.kind === 'UNTYPED_LAMBDA' ||
        type.kind === 'INTERVAL'
      ) {
        return () => 'null';
      }
      return writerOf(type);
    }),
  ],
  examples: [
    { sql: "TO_JSON_STRING(STRUCT(ID:=1, NAME:='Alice'))", gives: `'{"ID":1,"NAME":"Alice"}'` },
    { sql: 'TO_JSON_STRING(STRUCT(B:=1, A:=2))', gives: `'{"A":2,"B":1}'` },
    { sql: "TO_JSON_STRING(MAP('id':=ARRAY[1, 2]))", gives: `'{"id":[1,2]}'` },
  ],
});
