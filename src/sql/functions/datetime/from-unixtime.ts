import { defineFunction, overload } from '../definition.ts';

export const fromUnixtime = defineFunction({
  name: 'from_unixtime',
  category: 'DATE / TIME',
  description: 'The timestamp of a number of milliseconds since 1970-01-01.',
  overloads: [overload(['epochMilli BIGINT'], 'TIMESTAMP', (ms) => Number(ms))],
  examples: [{ sql: 'FROM_UNIXTIME(1000)', gives: "CAST('1970-01-01T00:00:01' AS TIMESTAMP)" }],
});
