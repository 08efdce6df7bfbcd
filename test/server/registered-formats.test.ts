import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCaseServer } from '../../src/server/index.ts';
import type { CaseServer } from '../../src/sql/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';

let server: CaseServer;
beforeAll(async () => {
  server = await startCaseServer({});
});
afterAll(() => server.close());

async function post(path: string, ksql: string): Promise<string> {
  const streamsProperties = { 'auto.offset.reset': 'earliest' };
  const answer = await fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql, streamsProperties }),
  });
  return answer.text();
}

it('a server has the schemas of its AVRO topics in its registry, and minds its rules', async () => {
  await post(
    '/ksql',
    `CREATE STREAM s (k INT KEY, v INT, t STRING) WITH (KAFKA_TOPIC='s', FORMAT='AVRO', PARTITIONS=1);
     CREATE TABLE c AS SELECT t, COUNT(*) AS n FROM s GROUP BY t;
     INSERT INTO s VALUES (1, 2, 'a');
     INSERT INTO s VALUES (1, 3, 'a');`,
  );
  const subjects: unknown = await (await fetch(new URL('/subjects', server.url))).json();
  expect(subjects).toEqual(['C-key', 'C-value', 's-key', 's-value']);
  await expect
    .poll(() => post('/query', "SELECT * FROM c WHERE t = 'a';"), { timeout: PATIENCE_MS })
    .toContain('{"row":{"columns":["a",2]}}');
  const inferred = await post('/ksql', "CREATE STREAM i WITH (KAFKA_TOPIC='s', FORMAT='AVRO'); DESCRIBE i;");
  for (const name of ['ROWKEY', 'V', 'T']) expect(inferred).toContain(`{"name":"${name}",`);
  const changed = await post('/ksql', "CREATE STREAM o WITH (KAFKA_TOPIC='s') AS SELECT k, t AS v FROM s;");
  expect(changed).toContain('Could not register schema for topic: s');
  expect(changed).toContain('Schema being registered is incompatible with an earlier schema');
});
