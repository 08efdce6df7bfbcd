import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const formatTime = defineFunction({
  name: 'format_time',
  category: 'DATE / TIME',
  description: "A time of day as text, by a pattern of Java's DateTimeFormatter.",
  overloads: [
    overload(['time TIME', 'formatPattern STRING'], 'STRING', (time, pattern) =>
      temporalFormat(pattern).formatTime(time),
    ),
  ],
  examples: [{ sql: "FORMAT_TIME('00:01:05', 'HH_mm_ss_SSS')", gives: "'00_01_05_000'" }],
});
