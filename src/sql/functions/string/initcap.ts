import { defineFunction, overload } from '../definition.ts';

/** A word and the white space behind it; such in front of the first word is left out, as in ksqlDB. */
const WORD = /[^ \t\n\v\f\r]+[ \t\n\v\f\r]*/g;

export const initcap = defineFunction({
  name: 'initcap',
  category: 'STRING',
  description:
    'The text with each word in lower case but for its first letter; words are divided by white space.',
  overloads: [
    overload(['str STRING'], 'STRING', (str) =>
      Array.from(
        str.toLowerCase().matchAll(WORD),
        ([word]) => word.charAt(0).toUpperCase() + word.slice(1),
      ).join(''),
    ),
  ],
  examples: [{ sql: "INITCAP('the  quick br0wn fOx')", gives: "'The  Quick Br0wn Fox'" }],
});
