import { afterEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform | undefined;
afterEach(async () => {
  await platform?.close();
  platform = undefined;
});

async function ksql(ksql: string, streamsProperties: Json = {}): Promise<readonly Json[]> {
  const { status, body } = await post(`${platform?.url}/ksql`, { ksql, streamsProperties });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as readonly Json[];
}

async function overridden(queryId: string): Promise<unknown> {
  const [entity = {}] = await ksql(`EXPLAIN ${queryId};`);
  return (entity['queryDescription'] as Json)['overriddenProperties'];
}

async function run(): Promise<void> {
  await ksql("INSERT INTO s VALUES ('a', 1);");
}

/** Ids of queries that have begun a transaction since the broker has been there. */
async function inTransactions(): Promise<readonly string[]> {
  const admin = new Admin({ environment, bootstrapServers: platform?.bootstrap ?? '' });
  const listed = await admin.listTransactions();
  await admin.close();
  return listed.map(({ transactionalId }) => /query_([A-Z_0-9]+)-/.exec(transactionalId)?.[1] ?? '');
}

async function countIs(table: string, n: number): Promise<void> {
  await eventually(async () => {
    const { body } = await post(`${platform?.url}/query`, { ksql: `SELECT n FROM ${table};` });
    return JSON.stringify(body).includes(`{"row":{"columns":[${n}]}}`) ? true : undefined;
  });
}

const SOURCE =
  "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
const tableAs = (name: string): string =>
  `CREATE TABLE ${name} AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`;

it('a query keeps the guarantee that its statement was given, by any name, and tells it; others have the server’s', async () => {
  const exact = { properties: { 'ksql.streams.processing.guarantee': 'exactly_once_v2' } };
  platform = await startPlatform(exact);
  await ksql(SOURCE);
  await ksql(tableAs('of_server'));
  await ksql(tableAs('of_request'), { 'ksql.streams.processing.guarantee': 'at_least_once' });
  await ksql(`SET 'processing.guarantee' = 'exactly_once_v2'; ${tableAs('of_script')}`);
  await run();
  for (const table of ['of_server', 'of_request', 'of_script']) await countIs(table, 1);
  const told = async (): Promise<readonly unknown[]> => [
    await overridden('CTAS_OF_SERVER_1'),
    await overridden('CTAS_OF_REQUEST_2'),
    await overridden('CTAS_OF_SCRIPT_3'),
  ];
  const properties = [
    {},
    { 'ksql.streams.processing.guarantee': 'at_least_once' },
    { 'processing.guarantee': 'exactly_once_v2' },
  ];
  expect(await told()).toEqual(properties);
  expect(await inTransactions()).toEqual(['CTAS_OF_SCRIPT_3', 'CTAS_OF_SERVER_1']);

  // The command topic has what the query was given, and not what the server had.
  const { data } = platform;
  await platform.stop();
  platform = await startPlatform({ data });
  await run();
  for (const table of ['of_server', 'of_request', 'of_script']) await countIs(table, 2);
  expect(await told()).toEqual(properties);
  expect(await inTransactions()).toContain('CTAS_OF_SCRIPT_3');
});

it('refuses a guarantee that there is not, and settings that it cannot be kept with', async () => {
  platform = await startPlatform();
  await ksql(SOURCE);
  const refused = async (streamsProperties: Json): Promise<string> => {
    const { status, body } = await post(`${platform?.url}/ksql`, { ksql: tableAs('t'), streamsProperties });
    expect(status).toBe(400);
    return String((body as Json)['message']);
  };
  expect(await refused({ 'processing.guarantee': 'exactly_once' })).toContain(
    'at_least_once, exactly_once_v2',
  );
  const both = { 'processing.guarantee': 'exactly_once_v2', 'consumer.isolation.level': 'read_uncommitted' };
  expect(await refused(both)).toContain('exactly_once_v2 reads committed records only');
  const timesOut = { 'processing.guarantee': 'exactly_once_v2', 'transaction.timeout.ms': '50' };
  expect(await refused(timesOut)).toContain('would time out');
  for (const [properties, told] of [
    [{ 'producer.acks': '1' }, 'set acks=all'],
    [{ acks: '0' }, 'set acks=all'],
    [{ 'producer.max.in.flight.requests.per.connection': '10' }, 'max.in.flight.requests.per.connection=5'],
    [{ 'enable.idempotence': 'false' }, 'leave enable.idempotence out'],
    [{ 'commit.interval.ms': '900000' }, 'set commit.interval.ms to at most 899999'],
    // What the brokers allow is asked.
    [{ 'producer.transaction.timeout.ms': '1000000' }, 'set transaction.timeout.ms to at most 900000'],
  ] as const)
    expect(await refused({ 'processing.guarantee': 'exactly_once_v2', ...properties })).toContain(told);
  const [queries] = await ksql('SHOW QUERIES;');
  expect(queries?.['queries']).toEqual([]);
});

it('runs queries that commit as seldom as a transaction may be open', async () => {
  platform = await startPlatform();
  await ksql(SOURCE);
  await ksql(tableAs('seldom'), {
    'processing.guarantee': 'exactly_once_v2',
    'commit.interval.ms': '800000',
  });
  await eventually(async () => {
    const [queries] = await ksql('SHOW QUERIES;');
    return JSON.stringify(queries?.['queries']).includes('"state":"RUNNING"') ? true : undefined;
  });
});

it.each([
  [{ 'ksql.streams.producer.acks': '1' }, /an idempotent producer needs acks=all/],
  [{ 'ksql.streams.commit.interval.ms': '1000000' }, /would time out/],
  [{ 'ksql.streams.producer.transaction.timeout.ms': '1000000' }, /transaction\.max\.timeout\.ms 900000/],
])('a server is not started with %o, which no query could have exactly once', async (properties, told) => {
  const exactlyOnce = { 'ksql.streams.processing.guarantee': 'exactly_once_v2' };
  await expect(startPlatform({ properties: { ...exactlyOnce, ...properties } })).rejects.toThrow(told);
});

it('PRINT shows what is committed', async () => {
  platform = await startPlatform();
  await ksql(SOURCE);
  const producer = new Producer({
    ...{ environment, bootstrapServers: platform.bootstrap, transactionalId: 'prints' },
  });
  await producer.initTransactions();
  for (const [text, isKept] of [
    ['aborted', false],
    ['kept', true],
  ] as const) {
    producer.beginTransaction();
    await producer.sendAndWait({ topic: 's', key: text, value: '{"v":1}' });
    await (isKept ? producer.commitTransaction() : producer.abortTransaction());
  }
  await producer.close();
  const response = await fetch(`${platform.url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql: "PRINT 's' FROM BEGINNING LIMIT 1;" }),
  });
  const text = await response.text();
  expect(text).toContain('key: kept');
  expect(text).not.toContain('aborted');
});
