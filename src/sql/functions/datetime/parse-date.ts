import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const parseDateFunction = defineFunction({
  name: 'parse_date',
  category: 'DATE / TIME',
  description: "The date of a text, by a pattern of Java's DateTimeFormatter.",
  overloads: [
    overload(['formattedDate STRING', 'formatPattern STRING'], 'DATE', (text, pattern) =>
      temporalFormat(pattern).parseDate(text),
    ),
  ],
  examples: [{ sql: "PARSE_DATE('01/feb/2022', 'dd/MMM/yyyy')", gives: "CAST('2022-02-01' AS DATE)" }],
});
