import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());

it('a push query tells the final result of a window, however late the next record is', async () => {
  const { url } = platform;
  const statements = [
    "CREATE STREAM s (id STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
    "INSERT INTO s (ROWTIME, id, v) VALUES (0, 'a', 1);",
    "INSERT INTO s (ROWTIME, id, v) VALUES (1000000, 'b', 1);",
  ];
  for (const ksql of statements) expect((await post(`${url}/ksql`, { ksql })).status).toBe(200);
  let isTold = false;
  const told = post(`${url}/query`, {
    ksql:
      'SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id ' +
      'EMIT FINAL LIMIT 1;',
    streamsProperties: { 'auto.offset.reset': 'earliest' },
  }).finally(() => {
    isTold = true;
  });
  // Closed windows are looked for once a second, when a record comes.
  while (!isTold) {
    await post(`${url}/ksql`, { ksql: "INSERT INTO s (ROWTIME, id, v) VALUES (1000000, 'b', 1);" });
    await nodeEnvironment.timers.sleep(50);
  }
  const { status, body } = await told;
  expect(status).toBe(200);
  expect(body).toMatchObject([{}, { row: { columns: ['a', 1] } }, { finalMessage: 'Limit Reached' }]);
});
