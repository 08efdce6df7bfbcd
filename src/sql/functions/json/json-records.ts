import { defineFunction, overload } from '../definition.ts';
import { fieldNames } from '../../../serde/json/exact-parser.ts';
import { isObject, looseText, parseJson } from './json-document.ts';

export const jsonRecords = defineFunction({
  name: 'json_records',
  category: 'JSON',
  description:
    'The fields of a JSON object as a map, their values as JSON and texts without quotes; null where the text is none.',
  overloads: [
    overload(['jsonObj STRING'], 'MAP<STRING, STRING>', (text) => {
      const json = parseJson(text);
      if (!isObject(json)) return null;
      return new Map(fieldNames(json).map((name) => [name, looseText(json[name] ?? null)]));
    }),
  ],
  examples: [{ sql: `JSON_RECORDS('{"a": [1], "b": "x"}')`, gives: `MAP('a':='[1]', 'b':='x')` }],
});
