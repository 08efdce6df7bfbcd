import { defineFunction, overload } from '../definition.ts';

/** As Java's `String.trim`: whatever is not above the space. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return text.slice(start, end);
}

export const trim = defineFunction({
  name: 'trim',
  category: 'STRING',
  description: 'The text without spaces and control characters at both ends.',
  overloads: [overload(['str STRING'], 'STRING', trimmed)],
  examples: [{ sql: "TRIM('  a b ')", gives: "'a b'" }],
});
