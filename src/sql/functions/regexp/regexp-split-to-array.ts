import { defineFunction, overload } from '../definition.ts';
import { javaPattern } from './java-pattern.ts';

/**
 * As ksqlDB, which splits with Guava and, for expressions that match the empty text, with Java's `Pattern.split`: that
 * one splits between characters too and leaves out empty parts at the end.
 */
function split(text: string, pattern: string): string[] {
  const matchesEmpty = javaPattern(pattern).first('') !== null;
  const parts: string[] = [];
  let end = 0;
  for (const match of javaPattern(pattern).matches(text)) {
    if (match[0] === '' && (match.index === 0 || match.index === text.length)) continue;
    parts.push(text.slice(end, match.index));
    end = match.index + (match[0]?.length ?? 0);
  }
  parts.push(text.slice(end));
  while (matchesEmpty && parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}

export const regexpSplitToArray = defineFunction({
  name: 'regexp_split_to_array',
  category: 'REGULAR EXPRESSION',
  description:
    'The parts of a text between what a regular expression matches; each character for an empty one.',
  overloads: [overload(['str STRING', 'regexp STRING'], 'ARRAY<STRING>', split)],
  examples: [{ sql: "REGEXP_SPLIT_TO_ARRAY('a1b22c', '[0-9]+')", gives: "ARRAY['a', 'b', 'c']" }],
});
