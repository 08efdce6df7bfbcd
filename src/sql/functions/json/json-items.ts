import { defineFunction, overload } from '../definition.ts';
import { isArray, jsonText, parseJson } from './json-document.ts';

export const jsonItems = defineFunction({
  name: 'json_items',
  category: 'JSON',
  description: 'The elements of a JSON array, each as JSON; null where the text is none.',
  overloads: [
    overload(['jsonItems STRING'], 'ARRAY<STRING>', (text) => {
      const json = parseJson(text);
      if (!isArray(json)) throw new RangeError(`not a JSON array: '${text}'`);
      return json.map(jsonText);
    }),
  ],
  examples: [{ sql: `JSON_ITEMS('[{"a": 1}, 2]')`, gives: `ARRAY['{"a":1}', '2']` }],
});
