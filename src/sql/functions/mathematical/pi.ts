import { defineFunction, overload } from '../definition.ts';

export const pi = defineFunction({
  name: 'pi',
  category: 'MATHEMATICAL',
  description: 'The ratio of a circle to its diameter.',
  overloads: [overload([], 'DOUBLE', () => Math.PI)],
  examples: [{ sql: 'CAST(PI() AS DECIMAL(5, 4))', gives: '3.1416' }],
});
