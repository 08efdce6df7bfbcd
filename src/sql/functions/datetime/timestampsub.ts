import { defineFunction, overload } from '../definition.ts';
import { plusUnits } from './time-unit.ts';

export const timestampsub = defineFunction({
  name: 'timestampsub',
  category: 'DATE / TIME',
  description: 'A timestamp less so many units of time.',
  overloads: [
    overload(
      ['unit INTERVAL', 'interval INTEGER', 'timestamp TIMESTAMP'],
      'TIMESTAMP',
      (unit, interval, timestamp) => plusUnits(timestamp, -interval, unit),
    ),
  ],
  examples: [
    { sql: "TIMESTAMPSUB(SECONDS, 1, '2020-01-01')", gives: "CAST('2019-12-31T23:59:59' AS TIMESTAMP)" },
  ],
});
