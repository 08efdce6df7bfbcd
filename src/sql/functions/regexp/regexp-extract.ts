import { defineFunction, overload } from '../definition.ts';
import { javaPattern } from './java-pattern.ts';

function extract(pattern: string, input: string, group: number): string | null {
  const match = javaPattern(pattern).first(input);
  if (match === null || group < 0 || group >= match.length) return null;
  return match[group] ?? null;
}

export const regexpExtract = defineFunction({
  name: 'regexp_extract',
  category: 'REGULAR EXPRESSION',
  description:
    'The first part of a text that a regular expression matches, or a group of it; null where there is none.',
  overloads: [
    overload(['pattern STRING', 'input STRING'], 'STRING', (pattern, input) => extract(pattern, input, 0)),
    overload(['pattern STRING', 'input STRING', 'group INTEGER'], 'STRING', extract),
  ],
  examples: [
    { sql: "REGEXP_EXTRACT('test.', 'some_test_string')", gives: "'test_'" },
    { sql: "REGEXP_EXTRACT('(.*) (.*)', 'steven zhang', 2)", gives: "'zhang'" },
  ],
});
