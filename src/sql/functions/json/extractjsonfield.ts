import { defineFunction, boundOverload } from '../definition.ts';
import { looseText, parseJson } from './json-document.ts';
import { compileJsonPath } from './json-path.ts';

/** Paths are nearly always constants: the last one is kept. */
function extracting(): (input: string | null, path: string | null) => string | null {
  let lastPath = '$';
  let find = compileJsonPath(lastPath);
  return (input, path) => {
    if (input === null || path === null) return null;
    if (path !== lastPath) {
      find = compileJsonPath(path);
      lastPath = path;
    }
    const json = parseJson(input);
    const found = json === undefined ? undefined : find(json);
    return found === undefined ? null : looseText(found);
  };
}

export const extractjsonfield = defineFunction({
  name: 'EXTRACTJSONFIELD',
  category: 'JSON',
  description:
    'The field of a JSON text that a path such as $.a.b[0] leads to, as text; null where there is none, the text "null" where it is null.',
  overloads: [boundOverload(['input STRING', 'path STRING'], 'STRING', extracting)],
  examples: [
    { sql: `EXTRACTJSONFIELD('{"a": {"b": [1.50, 2]}}', '$.a.b[0]')`, gives: "'1.50'" },
    { sql: `EXTRACTJSONFIELD('{"a": null}', '$.a')`, gives: "'null'" },
    { sql: `EXTRACTJSONFIELD('{"a": 1}', '$.c')`, gives: null },
  ],
});
