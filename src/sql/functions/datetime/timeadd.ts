import { defineFunction, overload } from '../definition.ts';
import { plusToTime } from './time-unit.ts';

export const timeadd = defineFunction({
  name: 'timeadd',
  category: 'DATE / TIME',
  description: 'A time of day and so many units of time; goes round at midnight.',
  overloads: [
    overload(['unit INTERVAL', 'interval INTEGER', 'time TIME'], 'TIME', (unit, interval, time) =>
      plusToTime(time, interval, unit),
    ),
  ],
  examples: [{ sql: "TIMEADD(HOURS, 2, '23:00')", gives: "CAST('01:00' AS TIME)" }],
});
