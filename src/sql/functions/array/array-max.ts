import { defineFunction, overload } from '../definition.ts';
import { extremeElement } from './array-extreme.ts';

export const arrayMax = defineFunction({
  name: 'array_max',
  category: 'ARRAY',
  description: 'The greatest element of an array; nulls are left out.',
  overloads: [overload(['array ARRAY<T>'], 'T', (array) => extremeElement(array, (order) => order > 0))],
  examples: [{ sql: 'ARRAY_MAX(ARRAY[1, NULL, 3])', gives: '3' }],
});
