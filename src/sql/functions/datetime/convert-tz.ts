import { defineFunction, overload } from '../definition.ts';
import { instantOf, zoneOf } from '../../values/zones.ts';

export const convertTz = defineFunction({
  name: 'convert_tz',
  category: 'DATE / TIME',
  description: 'What the clocks of another zone show when those of a zone show a timestamp.',
  overloads: [
    overload(
      ['timestamp TIMESTAMP', 'fromTimeZone STRING', 'toTimeZone STRING'],
      'TIMESTAMP',
      (timestamp, from, to) => {
        const instant = instantOf(timestamp, zoneOf(from));
        return instant + zoneOf(to).offsetMs(instant);
      },
    ),
  ],
  examples: [
    {
      sql: "CONVERT_TZ('2020-01-01T10:00', '+0200', '+0500')",
      gives: "CAST('2020-01-01T13:00' AS TIMESTAMP)",
    },
  ],
});
