import { defineFunction, overload } from '../definition.ts';

export const lcase = defineFunction({
  name: 'lcase',
  category: 'STRING',
  description: 'The text in lower case.',
  overloads: [overload(['str STRING'], 'STRING', (str) => str.toLowerCase())],
  examples: [{ sql: "LCASE('KaFkA')", gives: "'kafka'" }],
});
