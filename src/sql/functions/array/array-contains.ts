import { defineFunction, overloadWithNulls } from '../definition.ts';
import { sameValue } from '../../values/compare.ts';

export const arrayContains = defineFunction({
  name: 'array_contains',
  category: 'ARRAY',
  description: 'Whether an array has an element; false for a null array.',
  overloads: [
    overloadWithNulls(['array ARRAY<T>', 'element T'], 'BOOLEAN', (array, element) =>
      array === null ? false : array.some((candidate) => sameValue(candidate, element)),
    ),
  ],
  examples: [{ sql: 'ARRAY_CONTAINS(ARRAY[1, 2], 2)', gives: 'TRUE' }],
});
