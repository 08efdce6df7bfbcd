import { defineFunction, overload } from '../definition.ts';
import { hashKey } from '../../values/compare.ts';
import { distinct, keysOf } from './array-set.ts';

export const arrayIntersect = defineFunction({
  name: 'array_intersect',
  category: 'ARRAY',
  description: 'The distinct elements of one array that another has too.',
  overloads: [
    overload(['left ARRAY<T>', 'right ARRAY<T>'], 'ARRAY<T>', (left, right) => {
      const keys = keysOf(right);
      return distinct(left.filter((element) => keys.has(hashKey(element))));
    }),
  ],
  examples: [{ sql: 'ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 2])', gives: 'ARRAY[2, 3]' }],
});
