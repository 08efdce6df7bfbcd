import { defineFunction, overloadWithNulls } from '../definition.ts';

export const field = defineFunction({
  name: 'field',
  category: 'STRING',
  description: 'The position, from 1, of a text among others; 0 where it is not.',
  overloads: [
    overloadWithNulls(['str STRING', 'args STRING...'], 'INTEGER', (str, ...args) =>
      str === null ? 0 : args.indexOf(str) + 1,
    ),
  ],
  examples: [{ sql: "FIELD('b', 'a', 'b')", gives: '2' }],
});
