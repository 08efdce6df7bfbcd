import { defineFunction, overload, boundOverload } from '../definition.ts';

export const unixDate = defineFunction({
  name: 'unix_date',
  category: 'DATE / TIME',
  description: 'The number of days since 1970-01-01 of a date, or of today.',
  overloads: [
    boundOverload(
      [],
      'INTEGER',
      ({ nowMs }) =>
        () =>
          Math.floor(nowMs() / 86_400_000),
    ),
    overload(['date DATE'], 'INTEGER', (date) => date),
  ],
  examples: [{ sql: "UNIX_DATE(CAST('1970-01-11' AS DATE))", gives: '10' }],
});
