import { defineFunction, overloadWithNulls } from '../definition.ts';
import { parseJson } from './json-document.ts';

function isJson(text: string): boolean {
  try {
    return parseJson(text) !== undefined;
  } catch {
    return false;
  }
}

export const isJsonString = defineFunction({
  name: 'is_json_string',
  category: 'JSON',
  description: 'Whether a text begins with a JSON value; false for null.',
  overloads: [overloadWithNulls(['input STRING'], 'BOOLEAN', (input) => input !== null && isJson(input))],
  examples: [
    { sql: "IS_JSON_STRING('[1, 2]')", gives: 'TRUE' },
    { sql: "IS_JSON_STRING('abc')", gives: 'FALSE' },
  ],
});
