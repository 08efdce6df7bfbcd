import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';
import { zoneOf } from '../../values/zones.ts';

export const formatTimestamp = defineFunction({
  name: 'format_timestamp',
  category: 'DATE / TIME',
  description: "A timestamp as text in a zone, UTC unless given, by a pattern of Java's DateTimeFormatter.",
  overloads: [
    overload(['timestamp TIMESTAMP', 'formatPattern STRING'], 'STRING', (timestamp, pattern) =>
      temporalFormat(pattern).formatTimestamp(timestamp, zoneOf('UTC')),
    ),
    overload(
      ['timestamp TIMESTAMP', 'formatPattern STRING', 'timeZone STRING'],
      'STRING',
      (timestamp, pattern, zone) => temporalFormat(pattern).formatTimestamp(timestamp, zoneOf(zone)),
    ),
  ],
  examples: [
    {
      sql: "FORMAT_TIMESTAMP('2018-05-11T21:58:33', 'yyyy-MM-dd HH:mm:ss zzz', 'America/Los_Angeles')",
      gives: "'2018-05-11 14:58:33 PDT'",
    },
  ],
});
