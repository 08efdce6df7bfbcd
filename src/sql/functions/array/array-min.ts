import { defineFunction, overload } from '../definition.ts';
import { extremeElement } from './array-extreme.ts';

export const arrayMin = defineFunction({
  name: 'array_min',
  category: 'ARRAY',
  description: 'The least element of an array; nulls are left out.',
  overloads: [overload(['array ARRAY<T>'], 'T', (array) => extremeElement(array, (order) => order < 0))],
  examples: [{ sql: 'ARRAY_MIN(ARRAY[1, NULL, 3])', gives: '1' }],
});
