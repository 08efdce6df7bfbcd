import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const formatDate = defineFunction({
  name: 'format_date',
  category: 'DATE / TIME',
  description: "A date as text, by a pattern of Java's DateTimeFormatter.",
  overloads: [
    overload(['date DATE', 'formatPattern STRING'], 'STRING', (date, pattern) =>
      temporalFormat(pattern).formatDate(date),
    ),
  ],
  examples: [{ sql: "FORMAT_DATE('2022-01-01', 'dd-MMM-yyyy')", gives: "'01-Jan-2022'" }],
});
