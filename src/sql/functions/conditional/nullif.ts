import { defineFunction, overloadWithNulls } from '../definition.ts';
import { sameValue } from '../../values/compare.ts';

export const nullif = defineFunction({
  name: 'NULLIF',
  category: 'CONDITIONAL',
  description: 'Null when both arguments are equal, else the first.',
  overloads: [
    overloadWithNulls(['expression1 T', 'expression2 T'], 'T', (a, b) =>
      a === null || sameValue(a, b) ? null : a,
    ),
  ],
  examples: [
    { sql: 'NULLIF(1, 1)', gives: null },
    { sql: 'NULLIF(1, 2)', gives: '1' },
  ],
});
