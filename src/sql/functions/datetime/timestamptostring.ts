import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';
import { zoneOf } from '../../values/zones.ts';

export const timestamptostring = defineFunction({
  name: 'timestamptostring',
  category: 'DATE / TIME',
  description: 'Milliseconds as the text of a timestamp. Deprecated: use FORMAT_TIMESTAMP.',
  overloads: [
    overload(['epochMilli BIGINT', 'formatPattern STRING'], 'STRING', (ms, pattern) =>
      temporalFormat(pattern).formatTimestamp(Number(ms), zoneOf('UTC')),
    ),
    overload(
      ['epochMilli BIGINT', 'formatPattern STRING', 'timeZone STRING'],
      'STRING',
      (ms, pattern, zone) => temporalFormat(pattern).formatTimestamp(Number(ms), zoneOf(zone)),
    ),
  ],
  examples: [
    { sql: "TIMESTAMPTOSTRING(1526075913000, 'yyyy-MM-dd HH:mm:ss')", gives: "'2018-05-11 21:58:33'" },
  ],
});
