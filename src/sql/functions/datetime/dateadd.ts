import { defineFunction, overload } from '../definition.ts';
import { plusToDate } from './time-unit.ts';

export const dateadd = defineFunction({
  name: 'dateadd',
  category: 'DATE / TIME',
  description: 'A date and so many units of time.',
  overloads: [
    overload(['unit INTERVAL', 'interval INTEGER', 'date DATE'], 'DATE', (unit, interval, date) =>
      plusToDate(date, interval, unit),
    ),
  ],
  examples: [{ sql: "DATEADD(DAYS, 10, '2020-02-25')", gives: "CAST('2020-03-06' AS DATE)" }],
});
