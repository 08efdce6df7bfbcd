import { defineFunction, overload } from '../definition.ts';
import { hashKey } from '../../values/compare.ts';
import { distinct, keysOf } from './array-set.ts';

export const arrayExcept = defineFunction({
  name: 'array_except',
  category: 'ARRAY',
  description: 'The distinct elements of one array that another has not.',
  overloads: [
    overload(['left ARRAY<T>', 'right ARRAY<T>'], 'ARRAY<T>', (left, right) => {
      const keys = keysOf(right);
      return distinct(left.filter((element) => !keys.has(hashKey(element))));
    }),
  ],
  examples: [{ sql: 'ARRAY_EXCEPT(ARRAY[1, 2, 3, 1], ARRAY[2])', gives: 'ARRAY[1, 3]' }],
});
