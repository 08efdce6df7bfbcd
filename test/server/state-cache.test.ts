import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin, type Broker, startSqlServer } from '../../src/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { post } from './platform.ts';

const brokers = new TestBrokers();
const data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
let broker: Broker;

beforeAll(async () => {
  broker = await brokers.start();
});
afterAll(async () => {
  await brokers.close();
  rmSync(data, { recursive: true, force: true });
});

const SCRIPT = `
  CREATE STREAM clicks (page STRING KEY, user STRING) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE counts AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;
  ${"INSERT INTO clicks (page, user) VALUES ('a', 'u');".repeat(20)}`;

it('ksql.streams.statestore.cache.max.bytes=0 makes every update of a table a record', async () => {
  const bootstrapServers = `127.0.0.1:${broker.address.port}`;
  const properties = {
    'ksql.streams.statestore.cache.max.bytes': '0',
    'ksql.streams.auto.offset.reset': 'earliest',
    'ksql.streams.commit.interval.ms': '60000',
  };
  const server = await startSqlServer({ bootstrapServers, data, properties });
  const admin = new Admin({ bootstrapServers });
  try {
    expect(await post(`${server.url}/ksql`, { ksql: SCRIPT })).toMatchObject({ status: 200 });
    const updates = async (): Promise<number | undefined> => {
      const [end] = await admin.listOffsets([{ topic: 'COUNTS', partition: 0, spec: 'latest' }]);
      return end?.offset;
    };
    await expect.poll(updates, { timeout: 30_000 }).toBe(20);
  } finally {
    await admin.close();
    await server.close();
  }
});
