import { done, type StatementCase } from '../statement-case.ts';

export const createSourceAs: StatementCase = {
  answers: [
    [
      "CREATE STREAM teas WITH (QUERY_ID='teas_query') AS SELECT * FROM orders WHERE item = 'tea';",
      done('Created query with ID TEAS_QUERY', { commandId: 'stream/`TEAS`/create' }),
    ],
    [
      'CREATE OR REPLACE STREAM teas AS SELECT *, 1 AS more FROM orders;',
      done('Created query with ID TEAS_QUERY'),
    ],
    ['CREATE STREAM IF NOT EXISTS teas AS SELECT * FROM orders;', { '@type': 'warning_entity' }],
  ],
  refusals: [
    [
      'CREATE STREAM orders WITH (REPLICAS=3, MORE=1) AS SELECT * FROM nowhere LIMIT 1;',
      "Cannot add stream 'ORDERS': A stream with the same name already exists",
    ],
    ['CREATE STREAM c WITH (REPLICAS=3, MORE=1) AS SELECT * FROM nowhere LIMIT 1;', 'MORE'],
    ['CREATE STREAM c WITH (REPLICAS=3) AS SELECT * FROM nowhere LIMIT 1;', 'NOWHERE does not exist'],
    ['CREATE STREAM c WITH (REPLICAS=3) AS SELECT * FROM items LIMIT 1;', "don't support LIMIT clause"],
    ['CREATE STREAM c WITH (REPLICAS=3) AS SELECT * FROM items;', 'Your SELECT query produces a TABLE'],
    [
      "CREATE STREAM c WITH (REPLICAS=3, QUERY_ID='totals_query') AS SELECT * FROM orders;",
      "Query ID 'TOTALS_QUERY' already exists",
    ],
    ['CREATE STREAM c WITH (REPLICAS=3) AS SELECT * FROM orders;', "Kafka topic 'C' cannot be created"],
  ],
};
