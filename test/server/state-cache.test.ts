import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Admin, startSqlServer } from '../../src/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { post } from './platform.ts';

const brokers = new TestBrokers();

afterAll(async () => {
  await brokers.close();
});

const SCRIPT = `
  CREATE STREAM clicks (page STRING KEY, user STRING) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE counts AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;
  ${"INSERT INTO clicks (page, user) VALUES ('a', 'u');".repeat(20)}`;

const uncached = {
  'ksql.streams.auto.offset.reset': 'earliest',
  'ksql.streams.commit.interval.ms': '60000',
};

it.each([
  ['of the server', { ...uncached, 'ksql.streams.statestore.cache.max.bytes': '0' }, {}],
  ['of one statement', uncached, { 'ksql.streams.statestore.cache.max.bytes': '0' }],
  ['of one statement, by its old name', uncached, { 'cache.max.bytes.buffering': '0' }],
])(
  'statestore.cache.max.bytes=0 %s makes every update a record',
  async (_, properties, streamsProperties) => {
    const broker = await brokers.start();
    const bootstrapServers = `127.0.0.1:${broker.address.port}`;
    const data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
    const server = await startSqlServer({ bootstrapServers, data, properties });
    const admin = new Admin({ bootstrapServers });
    try {
      const body = { ksql: SCRIPT, streamsProperties };
      expect(await post(`${server.url}/ksql`, body)).toMatchObject({ status: 200 });
      const updates = async (): Promise<number | undefined> => {
        const [end] = await admin.listOffsets([{ topic: 'COUNTS', partition: 0, spec: 'latest' }]);
        return end?.offset;
      };
      await expect.poll(updates, { timeout: PATIENCE_MS }).toBe(20);
    } finally {
      await admin.close();
      await server.close();
      rmSync(data, { recursive: true, force: true });
    }
  },
);
