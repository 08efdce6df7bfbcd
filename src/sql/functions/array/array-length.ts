import { defineFunction, overload } from '../definition.ts';

export const arrayLength = defineFunction({
  name: 'ARRAY_LENGTH',
  category: 'ARRAY',
  description: 'The number of elements of an array.',
  overloads: [overload(['array ARRAY<T>'], 'INTEGER', (array) => array.length)],
  examples: [{ sql: 'ARRAY_LENGTH(ARRAY[1, 2])', gives: '2' }],
});
