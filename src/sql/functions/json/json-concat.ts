import { defineFunction, overloadWithNulls } from '../definition.ts';
import type { ExactJson } from '../../../serde/json/exact-parser.ts';
import { isArray, isObject, jsonText, parseJson } from './json-document.ts';

/** Objects are merged, the later one wins; anything else becomes an array, of which arrays are joined. */
function joined(documents: readonly ExactJson[]): ExactJson {
  if (documents.every((json) => isObject(json)))
    return Object.assign(Object.create(null) as object, ...documents) as ExactJson;
  return documents.flatMap((json) => (isArray(json) ? json : [json]));
}

export const jsonConcat = defineFunction({
  name: 'json_concat',
  category: 'JSON',
  description:
    'JSON objects merged into one, other JSON values joined into an array; null where one of the texts is no JSON.',
  overloads: [
    overloadWithNulls(['jsonStrings STRING...'], 'STRING', (...texts) => {
      if (texts.length === 0) return null;
      const documents: ExactJson[] = [];
      for (const text of texts) {
        const json = text === null ? undefined : parseJson(text);
        if (json === undefined) return null;
        documents.push(json);
      }
      return jsonText(joined(documents));
    }),
  ],
  examples: [
    { sql: `JSON_CONCAT('{"a": 1}', '{"b": 2}')`, gives: `'{"a":1,"b":2}'` },
    { sql: "JSON_CONCAT('[1]', '2', '[3]')", gives: "'[1,2,3]'" },
  ],
});
