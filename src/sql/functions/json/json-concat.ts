import { defineFunction, overloadWithNulls } from '../definition.ts';
import { ExactFields, type ExactJson, fieldNames } from '../../../serde/json/exact-parser.ts';
import { isArray, isObject, parseJson, plainJsonText } from './json-document.ts';

/** Objects are merged, the later one wins; of anything else arrays are joined. A single one stays what it is. */
function joined(documents: readonly ExactJson[]): ExactJson {
  const [only] = documents;
  if (documents.length === 1 && only !== undefined) return only;
  if (documents.every((json) => isObject(json))) {
    const fields = new ExactFields();
    for (const json of documents) for (const name of fieldNames(json)) fields.add(name, json[name] ?? null);
    return fields.object();
  }
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
      return plainJsonText(joined(documents));
    }),
  ],
  examples: [
    { sql: `JSON_CONCAT('{"a": 1}', '{"b": 2}')`, gives: `'{"a":1,"b":2}'` },
    { sql: "JSON_CONCAT('[1]', '2', '[3]')", gives: "'[1,2,3]'" },
    { sql: "JSON_CONCAT('[1e3]', '0.50')", gives: "'[1000,0.50]'" },
  ],
});
