import { defineFunction } from '../definition.ts';
import { extremeOverloads } from './extreme.ts';

export const least = defineFunction({
  name: 'least',
  category: 'MATHEMATICAL',
  description: 'The least of the values; nulls are left out.',
  overloads: extremeOverloads((order) => order < 0),
  examples: [{ sql: "LEAST('b', 'a')", gives: "'a'" }],
});
