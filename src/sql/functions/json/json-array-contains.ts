import { scalarText } from '../../values/compare.ts';
import { defineFunction, overloadWithNulls } from '../definition.ts';
import { Decimal } from '../../../serde/model/decimal.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { JsonNumber, type ExactJson } from '../../../serde/json/exact-parser.ts';
import { isArray, jsonText, parseJson } from './json-document.ts';

/** What an element of the JSON array is as a value; texts apart from numbers and words. */
function textOf(json: ExactJson): string {
  if (json instanceof JsonNumber)
    return `number:${Decimal.parse(json.text)?.stripped().toString() ?? json.text}`;
  return json === null ? 'null' : `${typeof json}:${typeof json === 'string' ? json : jsonText(json)}`;
}

function textOfValue(value: SqlValue): string {
  if (value === null) return 'null';
  if (value instanceof Decimal) return `number:${value.stripped().toString()}`;
  if (typeof value === 'number' || typeof value === 'bigint') {
    return `number:${Decimal.parse(String(value))?.stripped().toString() ?? String(value)}`;
  }
  return `${typeof value}:${scalarText(value)}`;
}

export const jsonArrayContains = defineFunction({
  name: 'json_array_contains',
  category: 'JSON',
  description: 'Whether the JSON array of a text has an element; false where the text is none.',
  overloads: [
    overloadWithNulls(['jsonArray STRING', 'val T'], 'BOOLEAN', (text, value) => {
      const json = text === null ? undefined : parseJson(text);
      if (!isArray(json)) return false;
      const wanted = textOfValue(value);
      return json.some((element) => textOf(element) === wanted);
    }),
  ],
  examples: [
    { sql: "JSON_ARRAY_CONTAINS('[1, 2.0]', 2)", gives: 'TRUE' },
    { sql: `JSON_ARRAY_CONTAINS('["1"]', 1)`, gives: 'FALSE' },
  ],
});
