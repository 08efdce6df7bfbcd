import { defineFunction, overload } from '../definition.ts';
import { zoneOf } from '../../values/zones.ts';

export const convertTz = defineFunction({
  name: 'convert_tz',
  category: 'DATE / TIME',
  description: 'What the clocks of another zone show when those of a zone show a timestamp.',
  overloads: [
    overload(
      ['timestamp TIMESTAMP', 'fromTimeZone STRING', 'toTimeZone STRING'],
      'TIMESTAMP',
      // Both offsets are those of the timestamp taken as an instant, as in ksqlDB: near a change of clocks an hour off.
      (timestamp, from, to) => timestamp + zoneOf(to).offsetMs(timestamp) - zoneOf(from).offsetMs(timestamp),
    ),
  ],
  examples: [
    {
      sql: "CONVERT_TZ('2020-01-01T10:00', '+0200', '+0500')",
      gives: "CAST('2020-01-01T13:00' AS TIMESTAMP)",
    },
  ],
});
