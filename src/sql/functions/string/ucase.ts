import { defineFunction, overload } from '../definition.ts';

export const ucase = defineFunction({
  name: 'ucase',
  category: 'STRING',
  description: 'The text in upper case.',
  overloads: [overload(['str STRING'], 'STRING', (str) => str.toUpperCase())],
  examples: [{ sql: "UCASE('KaFkA')", gives: "'KAFKA'" }],
});
