import { defineFunction, overload } from '../definition.ts';

export const fromDays = defineFunction({
  name: 'from_days',
  category: 'DATE / TIME',
  description: 'The date of a number of days since 1970-01-01.',
  overloads: [overload(['days INTEGER'], 'DATE', (days) => days)],
  examples: [{ sql: 'FROM_DAYS(17662)', gives: "CAST('2018-05-11' AS DATE)" }],
});
