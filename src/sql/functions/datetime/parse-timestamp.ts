import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';
import { zoneOf } from '../../values/zones.ts';

export const parseTimestampFunction = defineFunction({
  name: 'parse_timestamp',
  category: 'DATE / TIME',
  description:
    "The timestamp of a text, by a pattern of Java's DateTimeFormatter; in a zone, UTC unless given, where the text names none.",
  overloads: [
    overload(['formattedTimestamp STRING', 'formatPattern STRING'], 'TIMESTAMP', (text, pattern) =>
      temporalFormat(pattern).parseTimestamp(text, zoneOf('UTC')),
    ),
    overload(
      ['formattedTimestamp STRING', 'formatPattern STRING', 'timeZone STRING'],
      'TIMESTAMP',
      (text, pattern, zone) => temporalFormat(pattern).parseTimestamp(text, zoneOf(zone)),
    ),
  ],
  examples: [
    {
      sql: "PARSE_TIMESTAMP('2018-05-11T21:58:33 PST', 'yyyy-MM-dd''T''HH:mm:ss zzz')",
      gives: "CAST('2018-05-12T04:58:33' AS TIMESTAMP)",
    },
  ],
});
