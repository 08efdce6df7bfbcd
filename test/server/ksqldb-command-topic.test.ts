import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** A command topic that ksqlDB has written, of a service that is taken over. */

const SERVICE = 'taken_';
const TOPIC = `_confluent-ksql-${SERVICE}_command_topic`;

let platform: TestPlatform;
let admin: Admin;
let ksqldb: Producer;
let data: string;
let server: SqlServer;

const start = (): Promise<SqlServer> =>
  SqlServer.start({
    bootstrapServers: platform.bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    data,
    properties: { 'ksql.service.id': SERVICE, 'ksql.streams.commit.interval.ms': '100' },
    logger: silentLogger,
  });

/** A record as ksqlDB 0.29 writes it: in a transaction of its own. */
async function record(id: string, command: Json, outcome: 'commit' | 'abort' = 'commit'): Promise<void> {
  ksqldb.beginTransaction();
  await ksqldb.sendAndWait({
    topic: TOPIC,
    partition: 0,
    key: Buffer.from(JSON.stringify(id)),
    value: Buffer.from(JSON.stringify({ streamsProperties: {}, version: 12, ...command })),
  });
  await (outcome === 'commit' ? ksqldb.commitTransaction() : ksqldb.abortTransaction());
}

/** What a server of ksqlDB has put into each of its records. */
const originalProperties = {
  'ksql.service.id': SERVICE,
  'ksql.extension.dir': 'ext',
  'ksql.persistence.default.format.key': 'KAFKA',
  'ksql.streams.default.production.exception.handler':
    'io.confluent.ksql.errors.ProductionExceptionHandlerUtil',
};

const PRODUCTS =
  "CREATE STREAM PRODUCTS (ID STRING KEY, DESCRIPTION STRING) WITH (KAFKA_TOPIC='products', KEY_FORMAT='KAFKA', PARTITIONS=1, VALUE_FORMAT='JSON');";
const COUNTED =
  "CREATE TABLE COUNTED WITH (CLEANUP_POLICY='compact', KAFKA_TOPIC='COUNTED', PARTITIONS=1, REPLICAS=1) AS SELECT\n  PRODUCTS.ID ID,\n  COUNT(*) N\nFROM PRODUCTS PRODUCTS\nGROUP BY PRODUCTS.ID\nEMIT CHANGES;";

const plan = (statementText: string, fields: Json): Json => ({
  '@type': 'ksqlPlanV1',
  statementText,
  ...fields,
});

beforeAll(async () => {
  platform = await startPlatform();
  data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
  admin = new Admin({ bootstrapServers: platform.bootstrap });
  await admin.createTopics(
    [TOPIC, 'products', 'COUNTED', 'FILTERED'].map((name) => ({ name, partitions: 1 })),
  );
  ksqldb = new Producer({ bootstrapServers: platform.bootstrap, transactionalId: SERVICE, acks: 'all' });
  await ksqldb.initTransactions();
  await record('stream/`GONE`/create', { statement: 'CREATE STREAM GONE (A INT) ;' }, 'abort');
  await record('stream/`PRODUCTS`/create', {
    statement: PRODUCTS,
    originalProperties,
    plan: plan(PRODUCTS, {
      ddlCommand: {
        '@type': 'createStreamV1',
        sourceName: 'PRODUCTS',
        schema: '`ID` STRING KEY, `DESCRIPTION` STRING',
        topicName: 'products',
        formats: { keyFormat: { format: 'KAFKA' }, valueFormat: { format: 'JSON' } },
        orReplace: false,
      },
    }),
  });
  await record('table/`COUNTED`/create', {
    statement: COUNTED,
    streamsProperties: { 'auto.offset.reset': 'earliest' },
    originalProperties,
    plan: plan(COUNTED, {
      ddlCommand: { '@type': 'createTableV1', sourceName: 'COUNTED' },
      queryPlan: { sources: ['PRODUCTS'], sink: 'COUNTED', physicalPlan: {}, queryId: 'CTAS_COUNTED_13' },
    }),
  });
  const filtered =
    "CREATE STREAM FILTERED WITH (KAFKA_TOPIC='FILTERED', PARTITIONS=1, REPLICAS=1) AS SELECT * FROM PRODUCTS PRODUCTS EMIT CHANGES;";
  await record('stream/`FILTERED`/create', {
    statement: filtered,
    originalProperties,
    plan: plan(filtered, {
      queryPlan: { sources: ['PRODUCTS'], sink: 'FILTERED', queryId: 'CSAS_FILTERED_15' },
    }),
  });
  await record('terminate/CSAS_FILTERED_15/execute', { statement: 'TERMINATE CSAS_FILTERED_15;' });
  await record('stream/`BAD`/create', { statement: 'CREATE STREAM BAD AS SELECT NOTHING FROM NOWHERE;' });
  await record('connector/`C`/create', { statement: "CREATE SINK CONNECTOR C WITH ('a'='b');" });
  server = await start();
});

afterAll(async () => {
  await ksqldb.close();
  await admin.close();
  await server.close();
  await platform.close();
  rmSync(data, { recursive: true, force: true });
});

const ksql = (sql: string) => post(`${server.url}/ksql`, { ksql: sql });

async function queries(): Promise<Json[]> {
  const [{ queries }] = (await ksql('SHOW QUERIES;')).body as [{ queries: Json[] }];
  return queries;
}

async function countOf(id: string): Promise<string> {
  const answer = await fetch(`${server.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: `SELECT n FROM counted WHERE id = '${id}';` }),
  });
  return (await answer.text()).split('\n')[1] ?? '';
}

const insert = (id: string) => ksql(`INSERT INTO products (id, description) VALUES ('${id}', 'd');`);

it('goes on with the queries of the service, under their ids, and not with those that were ended', async () => {
  expect((await queries()).map(({ id }) => id)).toEqual(['CTAS_COUNTED_13']);
  await insert('a');
  await insert('a');
  await eventually(async () => ((await countOf('a')).includes('2') ? true : undefined));
  const groups = (await admin.listGroups()).map(({ groupId }) => groupId);
  expect(groups).toContain(`_confluent-ksql-${SERVICE}query_CTAS_COUNTED_13`);
  const topics = (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
  expect(topics).toContain(
    `_confluent-ksql-${SERVICE}query_CTAS_COUNTED_13-Aggregate-Aggregate-Materialize-changelog`,
  );
});

it('shows what the statements have made, as they were recorded', async () => {
  const { body } = await ksql('DESCRIBE counted EXTENDED; SHOW STREAMS;');
  const [described, { streams }] = body as [Json, { streams: Json[] }];
  expect(described).toMatchObject({ sourceDescription: { topic: 'COUNTED', statement: COUNTED } });
  expect(streams.map(({ name }) => name)).toEqual(['FILTERED', 'PRODUCTS']);
});

it('names the statements that it cannot carry out, and is degraded', async () => {
  const { body } = await post(`${server.url}/ksql`, { ksql: 'SHOW QUERIES;' });
  const text = JSON.stringify(body);
  expect(text).toContain('NOWHERE does not exist');
  expect(text).toContain('CREATE SINK CONNECTOR C');
  const info = (await (await fetch(`${server.url}/info`)).json()) as { KsqlServerInfo: Json };
  expect(info.KsqlServerInfo).toMatchObject({ serverStatus: 'DEGRADED' });
});

it('carries out what a server of ksqlDB records beside it', async () => {
  const late = "CREATE STREAM LATE (A INT) WITH (KAFKA_TOPIC='products', VALUE_FORMAT='JSON');";
  await record('stream/`LATE`/create', { statement: late, originalProperties });
  await eventually(async () =>
    JSON.stringify((await ksql('SHOW STREAMS;')).body).includes('LATE') ? true : undefined,
  );
});

it('records its own statements behind, which the next life reads with the others', async () => {
  expect(await ksql('DROP STREAM late; CREATE STREAM own AS SELECT * FROM products;')).toMatchObject({
    status: 200,
  });
  const before = (await queries()).map(({ id }) => String(id)).toSorted();
  expect(before).toContainEqual(expect.stringMatching(/^CSAS_OWN_\d+$/));
  await server.close();
  server = await start();
  expect((await queries()).map(({ id }) => String(id)).toSorted()).toEqual(before);
  await insert('a');
  await eventually(async () => ((await countOf('a')).includes('3') ? true : undefined));
});
