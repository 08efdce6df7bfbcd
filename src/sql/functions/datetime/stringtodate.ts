import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const stringtodate = defineFunction({
  name: 'stringtodate',
  category: 'DATE / TIME',
  description: 'The date of a text as a number of days. Deprecated: use PARSE_DATE.',
  overloads: [
    overload(['formattedDate STRING', 'formatPattern STRING'], 'INTEGER', (text, pattern) =>
      temporalFormat(pattern).parseDate(text),
    ),
  ],
  examples: [{ sql: "STRINGTODATE('20180511', 'yyyyMMdd')", gives: '17662' }],
});
