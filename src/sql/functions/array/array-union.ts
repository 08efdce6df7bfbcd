import { defineFunction, overload } from '../definition.ts';
import { distinct } from './array-set.ts';

export const arrayUnion = defineFunction({
  name: 'array_union',
  category: 'ARRAY',
  description: 'The distinct elements of two arrays.',
  overloads: [
    overload(['left ARRAY<T>', 'right ARRAY<T>'], 'ARRAY<T>', (left, right) => distinct([...left, ...right])),
  ],
  examples: [{ sql: 'ARRAY_UNION(ARRAY[0, 0, 1], ARRAY[1, -2])', gives: 'ARRAY[0, 1, -2]' }],
});
