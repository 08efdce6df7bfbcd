/** What a statement does over ksqlDB's API, and what is wrong with it first. */
export interface StatementCase {
  /** Statements, and the entities that they answer: each with the fields that are named. None: nothing is answered. */
  readonly answers?: readonly (readonly [sql: string, ...entities: readonly object[]])[];
  /** Of SELECT and PRINT: what stands in the rows that are streamed. */
  readonly rows?: readonly (readonly [sql: string, text: string])[];
  /**
   * Wrong statements, in the order of the checks: each has the mistake that it is refused for, and, where one statement
   * can, those of the lines after it, which are told later.
   */
  readonly refusals: readonly (readonly [sql: string, message: string | RegExp])[];
}

/** What is there before each case: a stream and a table of which a query reads, a type, and a topic of its own. */
export const given = `
  CREATE STREAM orders (id STRING KEY, item STRING, amount INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE items (id STRING PRIMARY KEY, price DOUBLE) WITH (KAFKA_TOPIC='items', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE SOURCE STREAM fixed (id STRING KEY, v INT) WITH (KAFKA_TOPIC='fixed', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE totals WITH (QUERY_ID='totals_query') AS SELECT item, SUM(amount) AS total FROM orders GROUP BY item;
  CREATE TYPE money AS DECIMAL(12, 2);
  INSERT INTO orders (id, item, amount) VALUES ('o1', 'tea', 3);`;

/** The answer to a statement that was recorded. */
export const done = (message: string, fields: object = {}): object => ({
  '@type': 'currentStatus',
  commandStatus: { status: 'SUCCESS', message },
  ...fields,
});
