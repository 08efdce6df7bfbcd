import { defineFunction, overloadWithNulls } from '../definition.ts';
import { sameValue } from '../../values/compare.ts';

export const arrayRemove = defineFunction({
  name: 'array_remove',
  category: 'ARRAY',
  description: 'The array without the elements that are equal to a value.',
  overloads: [
    overloadWithNulls(['array ARRAY<T>', 'element T'], 'ARRAY<T>', (array, element) =>
      array === null ? null : array.filter((candidate) => !sameValue(candidate, element)),
    ),
  ],
  examples: [{ sql: 'ARRAY_REMOVE(ARRAY[1, 2, 1], 1)', gives: 'ARRAY[2]' }],
});
