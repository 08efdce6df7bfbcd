import { defineFunction, overload } from '../definition.ts';
import { plusToTime } from './time-unit.ts';

export const timesub = defineFunction({
  name: 'timesub',
  category: 'DATE / TIME',
  description: 'A time of day less so many units of time; goes round at midnight.',
  overloads: [
    overload(['unit INTERVAL', 'interval INTEGER', 'time TIME'], 'TIME', (unit, interval, time) =>
      plusToTime(time, -interval, unit),
    ),
  ],
  examples: [{ sql: "TIMESUB(HOURS, 2, '01:00')", gives: "CAST('23:00' AS TIME)" }],
});
