import { defineAggregate } from '../definition.ts';
import { extremeOverloads } from './extreme.ts';

export const min = defineAggregate({
  name: 'MIN',
  category: 'AGGREGATE',
  description: 'Computes the least value of a column; nulls are left out.',
  overloads: extremeOverloads((order) => order < 0),
});
