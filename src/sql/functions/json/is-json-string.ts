import { defineFunction, overloadWithNulls } from '../definition.ts';
import { parseJson } from './json-document.ts';

export const isJsonString = defineFunction({
  name: 'is_json_string',
  category: 'JSON',
  description: 'Whether a text is JSON; false for null.',
  overloads: [
    overloadWithNulls(
      ['input STRING'],
      'BOOLEAN',
      (input) => input !== null && parseJson(input) !== undefined,
    ),
  ],
  examples: [
    { sql: "IS_JSON_STRING('[1, 2]')", gives: 'TRUE' },
    { sql: "IS_JSON_STRING('abc')", gives: 'FALSE' },
  ],
});
