import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';
import { postSql } from './post-sql.ts';

/** CREATE OR REPLACE of queries that run, on a broker, and over a restart. */

let platform: TestPlatform;
let data: string;

beforeAll(async () => {
  platform = await startPlatform();
  data = platform.data;
});

afterAll(async () => {
  await platform.close();
  rmSync(data, { recursive: true, force: true });
});

async function done(sql: string): Promise<readonly Json[]> {
  const { status, body } = (await post(`${platform.url}/ksql`, { ksql: sql })) as {
    readonly status: number;
    readonly body: readonly Json[];
  };
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function rowsOf(sql: string): Promise<string> {
  const { message } = await postSql(platform.url, '/query-stream', sql);
  return message.trim().split('\n').slice(1).toSorted().join(' ');
}

/** Each SELECT is a query: one is asked for after the other, with a pause. */
const POLL_MS = 200;

const hasRows = (sql: string, rows: string): Promise<true> =>
  eventually(async () => {
    if ((await rowsOf(sql)) === rows) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return undefined;
  });

const TOTALS = 'SELECT k, n, total FROM totals;';
const COPY = 'SELECT * FROM copy;';

async function queryIds(): Promise<readonly string[]> {
  const [answer] = await done('SHOW QUERIES;');
  const queries = (answer?.['queries'] ?? []) as readonly Json[];
  return queries.map(({ id }) => String(id)).toSorted();
}

it('a query goes on from where the one before it was, in its state', async () => {
  await done(`CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE totals WITH (QUERY_ID='totals') AS
      SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s WHERE v > 0 GROUP BY k;
    CREATE STREAM copy WITH (QUERY_ID='copy') AS SELECT k, v FROM s;
    INSERT INTO s VALUES ('a', 1); INSERT INTO s VALUES ('a', 20); INSERT INTO s VALUES ('a', -5);`);
  await hasRows(TOTALS, '["a",2,21]');
  await hasRows(COPY, '["a",-5] ["a",1] ["a",20]');
  await done(`CREATE OR REPLACE TABLE totals AS
      SELECT k, COUNT(*) AS n, SUM(v) AS total, AS_VALUE(k) AS again FROM s WHERE v > 10 GROUP BY k;
    CREATE OR REPLACE STREAM copy AS SELECT k, v, v + 1 AS next FROM s WHERE v > 0;
    INSERT INTO s VALUES ('a', 5); INSERT INTO s VALUES ('a', 30); INSERT INTO s VALUES ('a', -6);`);
  await hasRows(TOTALS, '["a",3,51]');
  expect(await rowsOf('SELECT * FROM totals;')).toBe('["a",3,51,"a"]');
  // What was written before has no such column, and nothing is written twice.
  await hasRows(COPY, '["a",-5,null] ["a",1,null] ["a",20,null] ["a",30,31] ["a",5,6]');
  expect(await queryIds()).toEqual(['COPY', 'TOTALS']);
});

it('it is the same one after a restart', async () => {
  await platform.stop();
  platform = await startPlatform({ data });
  expect(await queryIds()).toEqual(['COPY', 'TOTALS']);
  await done("INSERT INTO s VALUES ('a', 7); INSERT INTO s VALUES ('a', 40);");
  await hasRows(TOTALS, '["a",4,91]');
  await hasRows(COPY, '["a",-5,null] ["a",1,null] ["a",20,null] ["a",30,31] ["a",40,41] ["a",5,6] ["a",7,8]');
});

it('one of several that write to a stream is not replaced, and goes on', async () => {
  await done("INSERT INTO copy WITH (QUERY_ID='more') SELECT k, v, v AS next FROM s WHERE v > 100;");
  const replace = 'CREATE OR REPLACE STREAM copy AS SELECT k, v, v + 2 AS next FROM s;';
  const { status, message } = await postSql(platform.url, '/ksql', replace);
  expect([status, message]).toEqual([
    400,
    expect.stringContaining('multiple queries writing into it: [COPY, MORE]'),
  ]);
  await done('TERMINATE more;');
  await done(`${replace} INSERT INTO s VALUES ('b', 1);`);
  await eventually(async () => ((await rowsOf(COPY)).includes('["b",1,3]') ? true : undefined));
});
