import { defineFunction } from '../definition.ts';
import { pow } from './exact-logarithm.ts';
import { doublePairOverloads } from './double-function.ts';

export const power = defineFunction({
  name: 'power',
  category: 'MATHEMATICAL',
  description: 'The base to the power of the exponent.',
  overloads: doublePairOverloads(['base', 'exponent'], pow),
  examples: [{ sql: 'POWER(2, 10)', gives: 'CAST(1024 AS DOUBLE)' }],
});
