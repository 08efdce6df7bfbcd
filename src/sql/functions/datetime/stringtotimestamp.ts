import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';
import { zoneOf } from '../../values/zones.ts';

export const stringtotimestamp = defineFunction({
  name: 'stringtotimestamp',
  category: 'DATE / TIME',
  description: 'The timestamp of a text as milliseconds. Deprecated: use PARSE_TIMESTAMP.',
  overloads: [
    overload(['formattedTimestamp STRING', 'formatPattern STRING'], 'BIGINT', (text, pattern) =>
      temporalFormat(pattern).parseTimestamp(text, zoneOf('UTC')),
    ),
    overload(
      ['formattedTimestamp STRING', 'formatPattern STRING', 'timeZone STRING'],
      'BIGINT',
      (text, pattern, zone) => temporalFormat(pattern).parseTimestamp(text, zoneOf(zone)),
    ),
  ],
  examples: [
    { sql: "STRINGTOTIMESTAMP('2018-05-11T21:58:33z', 'yyyy-MM-dd''T''HH:mm:ssX')", gives: '1526075913000' },
  ],
});
