import { defineFunction, overload } from '../definition.ts';
import { plusToDate } from './time-unit.ts';

export const datesub = defineFunction({
  name: 'datesub',
  category: 'DATE / TIME',
  description: 'A date less so many units of time.',
  overloads: [
    overload(['unit INTERVAL', 'interval INTEGER', 'date DATE'], 'DATE', (unit, interval, date) =>
      plusToDate(date, -interval, unit),
    ),
  ],
  examples: [{ sql: "DATESUB(DAYS, 1, '2020-03-01')", gives: "CAST('2020-02-29' AS DATE)" }],
});
