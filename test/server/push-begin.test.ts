import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: `CREATE STREAM gauges (id STRING KEY, level INTEGER)
             WITH (KAFKA_TOPIC='gauges', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
});
afterAll(() => platform.close());

it('a push query from now on has every row that is written once its header has come', async () => {
  const producer = new Producer({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  await producer.sendAndWait({ topic: 'gauges', key: 'before', value: '{"LEVEL":0}' });
  const response = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      sql: 'SELECT id, level FROM gauges EMIT CHANGES LIMIT 4;',
      properties: { 'auto.offset.reset': 'latest' },
    }),
  });
  const lines: string[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    if (lines.length === 0) {
      for (const key of ['a', 'b', 'c', 'd'])
        await producer.sendAndWait({ topic: 'gauges', key, value: '{"LEVEL":1}' });
    }
    lines.push(...decoder.decode(chunk, { stream: true }).trim().split('\n'));
  }
  expect(lines.slice(1).toSorted()).toEqual(['["a",1]', '["b",1]', '["c",1]', '["d",1]']);
  await producer.close();
});

it('a push query that is over leaves no group behind', async () => {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  await expect
    .poll(async () => (await admin.listGroups()).filter(({ groupId }) => groupId.includes('transient')), {
      timeout: PATIENCE_MS,
    })
    .toEqual([]);
  await admin.close();
});
