import { defineFunction, overload } from '../definition.ts';
import { isArray, parseJson } from './json-document.ts';

export const jsonArrayLength = defineFunction({
  name: 'json_array_length',
  category: 'JSON',
  description: 'The number of elements of a JSON array; null where the text is none.',
  overloads: [
    overload(['jsonArray STRING'], 'INTEGER', (text) => {
      const json = parseJson(text);
      return isArray(json) ? json.length : null;
    }),
  ],
  examples: [{ sql: "JSON_ARRAY_LENGTH('[1, [2], 3]')", gives: '3' }],
});
