import { defineFunction } from '../definition.ts';
import { extremeOverloads } from './extreme.ts';

export const greatest = defineFunction({
  name: 'greatest',
  category: 'MATHEMATICAL',
  description: 'The greatest of the values; nulls are left out.',
  overloads: extremeOverloads((order) => order > 0),
  examples: [{ sql: 'GREATEST(1, NULL, 3, 2)', gives: '3' }],
});
