import { defineFunction, overload } from '../definition.ts';
import { plusUnits } from './time-unit.ts';

export const timestampadd = defineFunction({
  name: 'timestampadd',
  category: 'DATE / TIME',
  description: 'A timestamp and so many units of time.',
  overloads: [
    overload(
      ['unit INTERVAL', 'interval INTEGER', 'timestamp TIMESTAMP'],
      'TIMESTAMP',
      (unit, interval, timestamp) => plusUnits(timestamp, interval, unit),
    ),
  ],
  examples: [{ sql: "TIMESTAMPADD(MONTHS, 1, '2020-01-31')", gives: "CAST('2020-02-29' AS TIMESTAMP)" }],
});
