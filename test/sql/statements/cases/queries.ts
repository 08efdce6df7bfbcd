import { expect } from 'vitest';
import { done, type StatementCase } from '../statement-case.ts';

const WRONG_ENDPOINT = "should be issued to the websocket endpoint '/query'";

export const select: StatementCase = {
  rows: [
    ["SELECT item, total FROM totals WHERE item = 'tea';", '["tea",3]'],
    ['SELECT id, amount FROM orders;', '["o1",3]'],
    ['SELECT item FROM orders EMIT CHANGES LIMIT 1;', '["tea"]'],
  ],
  refusals: [
    ['SELECT * FROM orders EMIT CHANGES;', WRONG_ENDPOINT],
    ['SELECT nothing FROM nowhere EMIT CHANGES;', 'NOWHERE does not exist'],
    ['SELECT nothing FROM orders EMIT CHANGES;', 'NOTHING'],
  ],
};

export const print: StatementCase = {
  rows: [["PRINT 'orders' FROM BEGINNING LIMIT 1;", 'key: o1']],
  refusals: [["PRINT 'orders' FROM BEGINNING LIMIT 1;", WRONG_ENDPOINT]],
};

export const queryControl: StatementCase = {
  answers: [
    ['PAUSE totals_query;', done('Query paused.')],
    ['RESUME ALL;', done('Query resumed.', { commandId: 'resume/`ALL`/execute' })],
    ['TERMINATE totals_query;', done('Query terminated.', { commandId: 'terminate/`TOTALS_QUERY`/execute' })],
  ],
  refusals: [
    ['TERMINATE totals_quer;', 'Unknown queryId: TOTALS_QUER'],
    ['TERMINATE transient_orders_1;', "Failed to terminate query with query ID: 'TRANSIENT_ORDERS_1'"],
  ],
};

export const explain: StatementCase = {
  answers: [
    [
      'EXPLAIN SELECT item FROM orders EMIT CHANGES;',
      { '@type': 'queryDescription', queryDescription: { id: '', queryType: 'PUSH', sources: ['ORDERS'] } },
    ],
    [
      'EXPLAIN CREATE STREAM e AS SELECT id, item FROM orders;',
      { queryDescription: { queryType: 'PERSISTENT', sinks: ['E'] } },
    ],
    [
      "EXPLAIN SELECT * FROM totals WHERE item = 'pen';",
      {
        queryDescription: {
          queryType: 'PULL',
          sources: ['TOTALS'],
          topology: '',
          executionPlan: expect.stringContaining(
            '> key lookup (1 key) of TOTALS, in the state of TOTALS_QUERY',
          ),
        },
      },
    ],
    ['EXPLAIN SELECT * FROM orders;', { queryDescription: { queryType: 'PULL', sources: ['ORDERS'] } }],
    ['EXPLAIN totals_query;', { queryDescription: { id: 'TOTALS_QUERY', queryType: 'PERSISTENT' } }],
  ],
  refusals: [
    ['EXPLAIN SELECT nothing FROM nowhere;', 'NOWHERE does not exist'],
    ['EXPLAIN SELECT nothing FROM orders;', 'NOTHING'],
    ['EXPLAIN DROP STREAM orders;', 'The provided statement does not run a ksql query'],
    ['EXPLAIN totals_quer;', 'Query with id:TOTALS_QUER does not exist, use SHOW QUERIES'],
  ],
};
