import { defineFunction, overload } from '../definition.ts';

export const len = defineFunction({
  name: 'len',
  category: 'STRING',
  description: 'The length of a text in characters (UTF-16 units), or of bytes.',
  overloads: [
    overload(['str STRING'], 'INTEGER', (str) => str.length),
    overload(['bytes BYTES'], 'INTEGER', (bytes) => bytes.length),
  ],
  examples: [{ sql: "LEN('abc')", gives: '3' }],
});
