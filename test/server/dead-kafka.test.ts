import { afterEach, describe, expect, it } from 'vitest';
import { type Json, post, startPlatform, type TestPlatform, eventually } from './platform.ts';
import { SilentProxy } from './silent-proxy.ts';

let platform: TestPlatform | undefined;
let proxy: SilentProxy | undefined;

afterEach(async () => {
  // A broker that was stopped already is not stopped again.
  await platform?.close();
  await proxy?.close();
  platform = proxy = undefined;
});

type Answer = Awaited<ReturnType<typeof post>>;

const cases: readonly {
  readonly name: string;
  readonly kill: (running: TestPlatform) => Promise<void> | void;
}[] = [
  {
    name: 'a cluster that takes everything and answers nothing',
    kill: () => proxy?.fallSilent(),
  },
  { name: 'a cluster whose broker has stopped', kill: (running) => running.stopBroker() },
];

async function start(timeoutMs: number): Promise<TestPlatform> {
  proxy = await SilentProxy.start();
  platform = await startPlatform({ proxy, properties: { 'ksql.kafka.timeout.ms': `${timeoutMs}` } });
  const { url } = platform;
  const { status, body } = await post(`${url}/ksql`, {
    ksql: `
      CREATE STREAM s (id STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t AS SELECT id, COUNT(*) AS c FROM s GROUP BY id EMIT CHANGES;
      INSERT INTO s VALUES ('a', 1);`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  await eventually(async () => {
    const answer = await select(url);
    return JSON.stringify(answer.body).includes('["a",1]') ? true : undefined;
  });
  return platform;
}

const ksql = (url: string, text: string): Promise<Answer> => post(`${url}/ksql`, { ksql: text });

async function select(url: string): Promise<Answer> {
  const response = await fetch(`${url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ sql: "SELECT * FROM t WHERE id = 'a';" }),
  });
  return { status: response.status, body: await response.json().catch(() => undefined) };
}

const LOOKS = [
  'SHOW STREAMS;',
  'LIST TABLES;',
  'SHOW QUERIES;',
  'SHOW QUERIES EXTENDED;',
  'SHOW STREAMS EXTENDED;',
  'SHOW FUNCTIONS;',
  'SHOW PROPERTIES;',
  'SHOW TYPES;',
  'DESCRIBE s;',
  'DESCRIBE t EXTENDED;',
  'DESCRIBE FUNCTION abs;',
  'EXPLAIN SELECT * FROM s EMIT CHANGES;',
];

/** Statements that cannot be done without the cluster. */
const WORKS = [
  "CREATE STREAM more (id STRING KEY) WITH (KAFKA_TOPIC='more', VALUE_FORMAT='JSON', PARTITIONS=1);",
  'CREATE STREAM copy AS SELECT * FROM s EMIT CHANGES;',
  'CREATE TYPE address AS STRUCT<street STRING>;',
  'DROP TYPE IF EXISTS nothing; CREATE TYPE other AS STRUCT<street STRING>;',
  "INSERT INTO s VALUES ('b', 2);",
  'SHOW TOPICS;',
  'PAUSE ALL;',
  'TERMINATE ALL;',
];

describe.each(cases)('under $name', ({ kill }) => {
  it('nothing that only looks is held up by what waits, and the server can be stopped', async () => {
    const running = await start(600_000);
    const { url } = running;
    const [query] = ((await ksql(url, 'SHOW QUERIES;')).body as Json[]).flatMap(
      ({ queries }) => queries as Json[],
    );
    await kill(running);

    const waiting = WORKS.map((text) => ksql(url, text).catch((error: unknown) => error));
    for (const text of [...LOOKS, `EXPLAIN ${String(query?.['id'])};`]) {
      const { status, body } = await ksql(url, text);
      expect(status, `${text} ${JSON.stringify(body)}`).toBe(200);
      if (text === 'DESCRIBE s;') {
        const [description] = (body as Json[]).map((entity) => entity['sourceDescription']);
        expect(description, 'what was known of its topic').toMatchObject({ partitions: 1, replication: 1 });
      }
    }
    expect((await select(url)).status).toBe(200);
    await running.stopServer();
    for (const end of await Promise.all(waiting)) {
      expect(end).toMatchObject({ status: 503, body: { error_code: 50_303 } });
    }
  });

  it('what waits ends in its time, in an error that names the cluster', async () => {
    const running = await start(2_000);
    await kill(running);
    const ends = await Promise.all(WORKS.map((text) => ksql(running.url, text)));
    for (const [index, { status, body }] of ends.entries()) {
      expect(status, `${WORKS[index]} ${JSON.stringify(body)}`).toBe(503);
      expect((body as Json)['message'], WORKS[index]).toContain(running.bootstrap);
    }
  });
});
