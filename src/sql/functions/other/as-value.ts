import { defineFunction, overloadWithNulls } from '../definition.ts';

export const asValue = defineFunction({
  name: 'AS_VALUE',
  category: 'OTHER',
  description: 'A copy of a key column in the value.',
  overloads: [overloadWithNulls(['keyColumn T'], 'T', (value) => value)],
  examples: [{ sql: 'AS_VALUE(1)', gives: '1' }],
});
