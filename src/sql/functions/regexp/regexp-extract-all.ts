import { defineFunction, overload } from '../definition.ts';
import { javaPattern } from './java-pattern.ts';

function extractAll(pattern: string, input: string, group: number): (string | null)[] | null {
  const expression = javaPattern(pattern);
  if (group < 0 || group > expression.groupCount) return null;
  return Array.from(expression.matches(input), (match) => match[group] ?? null);
}

export const regexpExtractAll = defineFunction({
  name: 'regexp_extract_all',
  category: 'REGULAR EXPRESSION',
  description: 'All parts of a text that a regular expression matches, or a group of each.',
  overloads: [
    overload(['pattern STRING', 'input STRING'], 'ARRAY<STRING>', (pattern, input) =>
      extractAll(pattern, input, 0),
    ),
    overload(['pattern STRING', 'input STRING', 'group INTEGER'], 'ARRAY<STRING>', extractAll),
  ],
  examples: [{ sql: "REGEXP_EXTRACT_ALL('te.', 'test_tea')", gives: "ARRAY['tes', 'tea']" }],
});
