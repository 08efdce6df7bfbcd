import { defineFunction, overload, boundOverload } from '../definition.ts';

export const unixTimestamp = defineFunction({
  name: 'unix_timestamp',
  category: 'DATE / TIME',
  description: 'The number of milliseconds since 1970-01-01 of a timestamp, or of now.',
  overloads: [
    boundOverload(
      [],
      'BIGINT',
      ({ nowMs }) =>
        () =>
          nowMs(),
    ),
    overload(['timestamp TIMESTAMP'], 'BIGINT', (timestamp) => timestamp),
  ],
  examples: [
    { sql: "UNIX_TIMESTAMP(CAST('1970-01-01T00:00:01' AS TIMESTAMP))", gives: 'CAST(1000 AS BIGINT)' },
  ],
});
