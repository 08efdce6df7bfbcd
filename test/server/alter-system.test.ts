import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let data: string;
let platform: TestPlatform;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
  platform = await startPlatform({ data });
  const given = `
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE lists AS SELECT k, COLLECT_LIST(v) AS l FROM s GROUP BY k;
    SET 'ksql.functions.collect_list.limit' = '3';
    CREATE TABLE own AS SELECT k, COLLECT_LIST(v) AS l FROM s GROUP BY k;
    INSERT INTO s (k, v) VALUES ('a', 1); INSERT INTO s (k, v) VALUES ('a', 2);`;
  expect(await ksql(given)).toMatchObject({ status: 200 });
});

afterAll(async () => {
  await platform.stop();
  rmSync(data, { recursive: true, force: true });
});

const ksql = (sql: string) => post(`${platform.url}/ksql`, { ksql: sql });

/** The list that a table has of a key. */
async function listOf(table: string, key = 'a'): Promise<string> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: `SELECT l FROM ${table} WHERE k = '${key}';` }),
  });
  return (await answer.text()).split('\n')[1] ?? '';
}

const until = (table: string, list: string, key = 'a'): Promise<true> =>
  eventually(async () => ((await listOf(table, key)).includes(list) ? true : undefined));

async function property(name: string): Promise<Json | undefined> {
  const { body } = await ksql('SHOW PROPERTIES;');
  const [{ properties }] = body as [{ properties: Json[] }];
  return properties.find((each) => each['name'] === name);
}

it('counts for queries that run, but for those that have a value of their own', async () => {
  await until('lists', '[1,2]');
  await until('own', '[1,2]');
  const { status, body } = await ksql("ALTER SYSTEM 'ksql.functions.collect_list.limit'='2';");
  expect([status, body]).toMatchObject([
    200,
    [{ commandStatus: { message: 'System property ksql.functions.collect_list.limit was set to 2.' } }],
  ]);
  const rows = [
    ['a', 3],
    ['a', 4],
    ['z', 5],
  ].map(([k, v]) => `INSERT INTO s (k, v) VALUES ('${k}', ${v});`);
  await ksql(rows.join(''));
  // The last of the rows: those of the other key were there before it.
  await until('own', '[5]', 'z');
  await until('lists', '[5]', 'z');
  expect(await listOf('own')).toContain('[1,2,3]');
  expect(await listOf('lists')).toContain('[1,2]');
});

it('counts for statements that come later, under any name of the property, and is shown', async () => {
  await ksql("ALTER SYSTEM 'auto.offset.reset'='latest';");
  expect(await property('ksql.streams.auto.offset.reset')).toMatchObject({ value: 'latest' });
  await ksql("ALTER SYSTEM 'ksql.streams.auto.offset.reset'='earliest';");
  expect(await property('ksql.streams.auto.offset.reset')).toMatchObject({ value: 'earliest' });
  await ksql("ALTER SYSTEM 'ksql.output.topic.name.prefix'='pre-'; CREATE STREAM c AS SELECT * FROM s;");
  expect(JSON.stringify((await ksql('SHOW STREAMS;')).body)).toContain('"topic":"pre-C"');
});

it('warns of a property that has no effect', async () => {
  const { body } = await ksql("ALTER SYSTEM 'ksql.query.persistent.max.bytes.buffering.total'='7';");
  expect(body).toMatchObject([
    { warnings: [{ message: expect.stringContaining('has no effect') as unknown }] },
  ]);
});

it('leaves a paused query paused', async () => {
  const queries = async (): Promise<Json[]> => {
    const [{ queries }] = (await ksql('SHOW QUERIES;')).body as [{ queries: Json[] }];
    return queries;
  };
  const id = (await queries()).map((each) => String(each['id'])).find((each) => each.includes('LISTS'));
  await ksql(`PAUSE ${id};`);
  await ksql("ALTER SYSTEM 'ksql.streams.commit.interval.ms'='50';");
  expect((await queries()).find((each) => each['id'] === id)).toMatchObject({ state: 'PAUSED' });
  await ksql(`RESUME ${id};`);
});

it('is kept: the next life of the server has it', async () => {
  await platform.stop();
  platform = await startPlatform({ data });
  expect(await property('ksql.output.topic.name.prefix')).toMatchObject({ value: 'pre-' });
  expect(await property('ksql.functions.collect_list.limit')).toMatchObject({ value: '2' });
});
