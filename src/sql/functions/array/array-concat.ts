import { defineFunction, overloadWithNulls } from '../definition.ts';
import { checkListLength } from '../limits.ts';

export const arrayConcat = defineFunction({
  name: 'array_concat',
  category: 'ARRAY',
  description:
    'The elements of one array and then those of another; a null array counts as empty beside one that is not.',
  overloads: [
    overloadWithNulls(['left ARRAY<T>', 'right ARRAY<T>'], 'ARRAY<T>', (left, right) => {
      if (left === null || right === null) return left ?? right;
      checkListLength('ARRAY_CONCAT', left.length + right.length);
      return [...left, ...right];
    }),
  ],
  examples: [{ sql: 'ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])', gives: 'ARRAY[1, 2, 2, 3]' }],
});
