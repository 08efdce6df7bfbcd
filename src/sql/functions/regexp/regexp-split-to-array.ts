import { defineFunction, overload } from '../definition.ts';
import { javaRegex } from './java-regex.ts';

function split(text: string, pattern: string): string[] {
  if (pattern === '') return text === '' ? [''] : Array.from(text);
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(javaRegex(pattern))) {
    if (match[0] === '') continue;
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

export const regexpSplitToArray = defineFunction({
  name: 'regexp_split_to_array',
  category: 'REGULAR EXPRESSION',
  description:
    'The parts of a text between what a regular expression matches; each character for an empty one.',
  overloads: [overload(['str STRING', 'regexp STRING'], 'ARRAY<STRING>', split)],
  examples: [{ sql: "REGEXP_SPLIT_TO_ARRAY('a1b22c', '[0-9]+')", gives: "ARRAY['a', 'b', 'c']" }],
});
