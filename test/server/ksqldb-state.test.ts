import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** A service of ksqlDB whose queries have counted: one in JSON, one by schemas of a registry. */

const SERVICE = 'counted_';
const PREFIX = `_confluent-ksql-${SERVICE}query_`;
const CHANGELOG = 'Aggregate-Aggregate-Materialize-changelog';

let platform: TestPlatform;
let admin: Admin;
let producer: Producer;
let data: string;
let server: SqlServer;

const countOf = (table: string): string =>
  `CREATE TABLE ${table} WITH (KAFKA_TOPIC='${table}', PARTITIONS=1) AS SELECT ID, COUNT(*) N FROM ${table}_ROWS GROUP BY ID EMIT CHANGES;`;

async function record(id: string, statement: string, queryId?: string): Promise<void> {
  const plan = { '@type': 'ksqlPlanV1', statementText: statement, queryPlan: { queryId } };
  await producer.sendAndWait({
    topic: `_confluent-ksql-${SERVICE}_command_topic`,
    partition: 0,
    key: JSON.stringify(id),
    value: JSON.stringify({
      ...{ statement, version: 12, streamsProperties: { 'auto.offset.reset': 'earliest' } },
      ...(queryId === undefined ? {} : { plan }),
    }),
  });
}

/** A source of one row, and a query that has counted five for the key `a` and committed behind that row. */
async function leaveCount(table: string, { format, row }: { readonly format: string; readonly row: Buffer }) {
  const queryId = `CTAS_${table}_7`;
  const changelog = `${PREFIX}${queryId}-${CHANGELOG}`;
  const rows = `${table.toLowerCase()}_rows`;
  await admin.createTopics([
    ...[rows, table].map((name) => ({ name, partitions: 1 })),
    { name: changelog, partitions: 1, configs: { 'cleanup.policy': 'compact' } },
  ]);
  await record(
    `stream/\`${table}_ROWS\`/create`,
    `CREATE STREAM ${table}_ROWS (ID STRING KEY, V INT) WITH (KAFKA_TOPIC='${rows}', KEY_FORMAT='KAFKA', VALUE_FORMAT='${format}');`,
  );
  await record(`table/\`${table}\`/create`, countOf(table), queryId);
  await producer.sendAndWait({ topic: rows, key: 'a', value: row });
  await admin.alterConsumerGroupOffsets(`${PREFIX}${queryId}`, [{ topic: rows, partition: 0, offset: 1 }]);
  return (value: Buffer) => producer.sendAndWait({ topic: changelog, key: 'a', value });
}

const framed = (id: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), bytes]);
const ROW = framed(1, Buffer.from([2, 2]));

beforeAll(async () => {
  platform = await startPlatform();
  data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
  admin = new Admin({ bootstrapServers: platform.bootstrap });
  producer = new Producer({ bootstrapServers: platform.bootstrap, acks: 'all' });
  await admin.createTopics([{ name: `_confluent-ksql-${SERVICE}_command_topic`, partitions: 1 }]);
  const inJson = await leaveCount('PLAIN', { format: 'JSON', row: Buffer.from('{"V":1}') });
  await inJson(Buffer.from('{"ID":"a","ROWTIME":1,"KSQL_AGG_VARIABLE_0":5}'));
  const schema = { type: 'record', name: 'R', fields: [{ name: 'V', type: ['null', 'int'], default: null }] };
  await post(`${platform.url}/subjects/registered_rows-value/versions`, { schema: JSON.stringify(schema) });
  const inAvro = await leaveCount('REGISTERED', { format: 'AVRO', row: ROW });
  // What counts is that it names a schema: a record of three fields.
  await inAvro(framed(9, Buffer.from([2, 2, 97, 2, 2, 2, 10])));
  server = await start();
});

afterAll(async () => {
  await producer.close();
  await admin.close();
  await server.close();
  await platform.close();
  rmSync(data, { recursive: true, force: true });
});

const start = (): Promise<SqlServer> =>
  SqlServer.start({
    bootstrapServers: platform.bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    data,
    properties: { 'ksql.service.id': SERVICE, 'ksql.streams.commit.interval.ms': '100' },
    logger: silentLogger,
  });

const ksql = (sql: string) => post(`${server.url}/ksql`, { ksql: sql });

async function countedOf(table: string): Promise<unknown> {
  const { body } = await post(`${server.url}/query`, { ksql: `SELECT n FROM ${table} WHERE id = 'a';` });
  if (!Array.isArray(body)) return undefined;
  return (body as { readonly row?: { readonly columns: readonly unknown[] } }[]).find(({ row }) => row)?.row
    ?.columns[0];
}

async function queryIds(): Promise<string[]> {
  const [{ queries }] = (await ksql('SHOW QUERIES;')).body as [{ queries: Json[] }];
  return queries.map(({ id }) => String(id));
}

it('goes on with what ksqlDB has counted in JSON', async () => {
  expect(await queryIds()).toEqual(['CTAS_PLAIN_7']);
  await ksql("INSERT INTO plain_rows VALUES ('a', 2);");
  await eventually(async () => ((await countedOf('plain')) === 6 ? true : undefined));
});

it('names what ksqlDB has counted by schemas of a registry, and does not count it anew unasked', async () => {
  const told = JSON.stringify((await ksql('SHOW TABLES; SHOW QUERIES;')).body);
  expect(told).toContain(`ksqlDB has rows of it in ${PREFIX}CTAS_REGISTERED_7-${CHANGELOG}`);
  expect(told).not.toContain('"name":"REGISTERED"');
});

it('counts it anew when it is stated again, from the first row, and has that query alone in its next life', async () => {
  const answer = await post(`${server.url}/ksql`, {
    ksql: countOf('REGISTERED'),
    streamsProperties: { 'auto.offset.reset': 'earliest' },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await eventually(async () => ((await countedOf('registered')) === 1 ? true : undefined));
  expect(JSON.stringify((await ksql('SHOW TABLES; SHOW QUERIES;')).body)).not.toContain('ksqlDB has rows');
  const before = await queryIds();
  expect(before).not.toContain('CTAS_REGISTERED_7');
  await server.close();
  server = await start();
  expect(await queryIds()).toEqual(before);
  await producer.sendAndWait({ topic: 'registered_rows', key: 'a', value: ROW });
  await eventually(async () => ((await countedOf('registered')) === 2 ? true : undefined));
});
