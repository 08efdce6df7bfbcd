import { done, type StatementCase } from '../statement-case.ts';

export const insertInto: StatementCase = {
  answers: [
    [
      "CREATE STREAM copy (id STRING KEY, item STRING, amount INT) WITH (KAFKA_TOPIC='copy', VALUE_FORMAT='JSON', PARTITIONS=1);" +
        "INSERT INTO copy WITH (QUERY_ID='into_copy') SELECT * FROM orders;",
      done('Stream created'),
      done('Created query with ID INTO_COPY', { commandId: 'stream/`COPY`/create' }),
    ],
  ],
  refusals: [
    ['INSERT INTO nowhere WITH (MORE=1) SELECT * FROM nothing;', 'MORE'],
    ['INSERT INTO nowhere SELECT * FROM nothing;', 'Source does not exist: `NOWHERE`'],
    ['INSERT INTO items SELECT * FROM nothing;', 'INSERT INTO can only be used to insert into a stream'],
    ['INSERT INTO fixed SELECT * FROM nothing;', 'Cannot insert into read-only stream: FIXED'],
    ['INSERT INTO orders SELECT * FROM nothing;', 'NOTHING does not exist'],
    ['INSERT INTO orders SELECT item, total FROM totals;', 'Incompatible data sink and query result'],
    ["INSERT INTO orders WITH (QUERY_ID='totals_query') SELECT id, item FROM orders;", 'Incompatible schema'],
    [
      "INSERT INTO orders WITH (QUERY_ID='totals_query') SELECT * FROM orders;",
      "Query ID 'TOTALS_QUERY' already exists",
    ],
  ],
};
