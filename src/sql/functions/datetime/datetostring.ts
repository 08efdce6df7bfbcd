import { defineFunction, overload } from '../definition.ts';
import { temporalFormat } from '../../values/temporal-pattern.ts';

export const datetostring = defineFunction({
  name: 'datetostring',
  category: 'DATE / TIME',
  description: 'A number of days as the text of a date. Deprecated: use FORMAT_DATE.',
  overloads: [
    overload(['epochDays INTEGER', 'formatPattern STRING'], 'STRING', (days, pattern) =>
      temporalFormat(pattern).formatDate(days),
    ),
  ],
  examples: [{ sql: "DATETOSTRING(17662, 'yyyy-MM-dd')", gives: "'2018-05-11'" }],
});
