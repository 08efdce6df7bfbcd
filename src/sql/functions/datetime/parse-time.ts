import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const parseTimeFunction = defineFunction({
  name: 'parse_time',
  category: 'DATE / TIME',
  description: "The time of day of a text, by a pattern of Java's DateTimeFormatter.",
  overloads: [
    overload(['formattedTime STRING', 'formatPattern STRING'], 'TIME', (text, pattern) =>
      temporalFormat(pattern).parseTime(text),
    ),
  ],
  examples: [{ sql: "PARSE_TIME('01:00:00 Pm', 'hh:mm:ss a')", gives: "CAST('13:00' AS TIME)" }],
});
