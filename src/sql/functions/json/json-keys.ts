import { defineFunction, overload } from '../definition.ts';
import { fieldNames } from '../../../serde/json/exact-parser.ts';
import { isObject, parseJson } from './json-document.ts';

export const jsonKeys = defineFunction({
  name: 'json_keys',
  category: 'JSON',
  description: 'The names of the fields of a JSON object; null where the text is none.',
  overloads: [
    overload(['jsonObj STRING'], 'ARRAY<STRING>', (text) => {
      const json = parseJson(text);
      return isObject(json) ? fieldNames(json) : null;
    }),
  ],
  examples: [{ sql: `JSON_KEYS('{"b": 1, "a": 2}')`, gives: "ARRAY['b', 'a']" }],
});
