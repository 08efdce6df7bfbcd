import { defineAggregate } from '../definition.ts';
import { extremeOverloads } from './extreme.ts';

export const max = defineAggregate({
  name: 'MAX',
  category: 'AGGREGATE',
  description: 'Computes the greatest value of a column; nulls are left out.',
  overloads: extremeOverloads((order) => order > 0),
});
