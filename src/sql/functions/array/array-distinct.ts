import { defineFunction, overload } from '../definition.ts';
import { distinct } from './array-set.ts';

export const arrayDistinct = defineFunction({
  name: 'array_distinct',
  category: 'ARRAY',
  description: 'The distinct elements, in the order of their first occurrence.',
  overloads: [overload(['array ARRAY<T>'], 'ARRAY<T>', distinct)],
  examples: [{ sql: "ARRAY_DISTINCT(ARRAY['foo', 'bar', 'foo'])", gives: "ARRAY['foo', 'bar']" }],
});
