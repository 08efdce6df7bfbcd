import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, post, startPlatform, type TestPlatform } from '../server/platform.ts';

interface Result {
  readonly status?: number;
  readonly data?: { readonly rows?: readonly unknown[]; readonly metadata?: unknown };
  readonly error?: unknown;
}

/** What we use of the package, which has no usable types of its own. */
interface KsqldbClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  executeStatement(sql: string): Promise<Result>;
  query(sql: string): Promise<Result>;
  listStreams(): Promise<readonly { readonly name: string }[]>;
  streamQuery(sql: string, onRow: (row: unknown) => void, properties?: object): Promise<Result>;
}

const Client = createRequire(import.meta.url)('ksqldb-client') as new (options: object) => KsqldbClient;

let platform: TestPlatform;
let client: KsqldbClient;

beforeAll(async () => {
  platform = await startPlatform();
  client = new Client({ host: 'http://127.0.0.1', port: platform.port });
  await client.connect();
});

afterAll(async () => {
  await client.disconnect();
  await platform.close();
});

it('creates, lists, pulls and streams over HTTP/2', async () => {
  const created = await client.executeStatement(
    "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  expect(created.error).toBeUndefined();
  await client.executeStatement(
    'CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k EMIT CHANGES;',
  );
  // The package's executeStatement expects a command id, which ksqlDB does not answer to INSERT VALUES either.
  const inserts = [1, 2, 3].map((v) => `INSERT INTO s VALUES ('x', ${v});`).join('');
  await post(`${platform.url}/ksql`, { ksql: inserts });

  expect((await client.listStreams()).map(({ name }) => name)).toEqual(['S']);

  const rows = await eventually(async () => {
    const { data } = await client.query("SELECT * FROM t WHERE k = 'x';");
    // While the query rebalances, there is an error and no data.
    return JSON.stringify(data ?? null).includes('6') ? data : undefined;
  });
  expect(JSON.stringify(rows)).toContain('x');

  const streamed: unknown[] = [];
  await client.streamQuery('SELECT v FROM s EMIT CHANGES LIMIT 3;', (row) => streamed.push(row), {
    properties: { 'auto.offset.reset': 'earliest' },
  });
  await eventually(async () => (streamed.length >= 3 ? true : undefined));
  expect(JSON.stringify(streamed)).toContain('3');
});
