import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../bench/harness/brokers.ts';
import { hasJava } from '../../bench/harness/maven.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, post } from '../server/platform.ts';

const missing = hasJava() ? undefined : 'java and mvn are not there';
if (missing !== undefined) console.log(`skipped: ${missing}`);

let kafka: BrokerUnderTest;
let data: string;

const startServer = (): Promise<SqlServer> =>
  SqlServer.start({
    bootstrapServers: kafka.bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    data,
    properties: { 'ksql.streams.commit.interval.ms': '200' },
    logger: silentLogger,
  });

beforeAll(async () => {
  if (missing !== undefined) return;
  kafka = await startApacheKafka();
  data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
});

afterAll(async () => {
  if (missing !== undefined) return;
  await kafka.close();
  rmSync(data, { recursive: true, force: true });
});

it.skipIf(missing !== undefined)('runs SQL on Apache Kafka, over a restart', async () => {
  const total = async ({ url }: SqlServer): Promise<unknown> => {
    const { status, body } = await post(`${url}/query`, { ksql: 'SELECT * FROM t;' });
    // Until the query runs, its state cannot be read.
    if (status === 503) return undefined;
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as { readonly row?: { readonly columns: unknown } }[]).flatMap(
      ({ row }) => row?.columns ?? [],
    );
  };
  const first = await startServer();
  const { status } = await post(`${first.url}/ksql`, {
    ksql: `
      CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
      CREATE TABLE t AS SELECT a % 2 AS parity, COUNT(*) AS n, SUM(a) AS total FROM s GROUP BY a % 2 EMIT CHANGES;
      INSERT INTO s VALUES ('x', 1); INSERT INTO s VALUES ('y', 3);
    `,
  });
  expect(status).toBe(200);
  await eventually(async () => (JSON.stringify(await total(first)) === '[1,2,4]' ? true : undefined));
  await first.close();

  const second = await startServer();
  await post(`${second.url}/ksql`, { ksql: "INSERT INTO s VALUES ('z', 5);" });
  await eventually(async () => (JSON.stringify(await total(second)) === '[1,3,9]' ? true : undefined));
  await second.close();
});
