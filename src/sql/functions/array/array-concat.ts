import { defineFunction, overloadWithNulls } from '../definition.ts';

export const arrayConcat = defineFunction({
  name: 'array_concat',
  category: 'ARRAY',
  description:
    'The elements of one array and then those of another; a null array counts as empty beside one that is not.',
  overloads: [
    overloadWithNulls(['left ARRAY<T>', 'right ARRAY<T>'], 'ARRAY<T>', (left, right) =>
      left === null ? right : right === null ? left : [...left, ...right],
    ),
  ],
  examples: [{ sql: 'ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])', gives: 'ARRAY[1, 2, 2, 3]' }],
});
