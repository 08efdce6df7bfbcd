import { defineFunction, overload } from '../definition.ts';

export const initcap = defineFunction({
  name: 'initcap',
  category: 'STRING',
  description:
    'The text with each word in lower case but for its first letter; words are divided by white space.',
  overloads: [
    overload(['str STRING'], 'STRING', (str) =>
      str
        .toLowerCase()
        .replace(/(^|\s)(\S)/gu, (_, space: string, letter: string) => space + letter.toUpperCase()),
    ),
  ],
  examples: [{ sql: "INITCAP('the  quick br0wn fOx')", gives: "'The  Quick Br0wn Fox'" }],
});
