import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { Millrace, sleep } from './millrace-process.ts';

/** Longer than the session of a member (45 s), which is the longest that anybody waits before he gives somebody up. */
const AWAY_MS = Number(process.env['MILLRACE_AWAY_MS'] ?? 60_000);

const millrace = new Millrace();
afterAll(() => millrace.close());

interface Entity {
  readonly queries?: readonly { readonly id: string; readonly state: string }[];
  readonly row?: { readonly columns: readonly unknown[] };
}

async function ask(url: string, endpoint: 'ksql' | 'query', ksql: string): Promise<readonly Entity[]> {
  const response = await fetch(`${url}/${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql, streamsProperties: { 'auto.offset.reset': 'earliest' } }),
  });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(body));
  return body as readonly Entity[];
}

it(`queries go on when an outside Kafka was dead for ${AWAY_MS} ms, with nothing lost or counted low`, async () => {
  const [port = 0] = await freePorts(1);
  const data = path.join(millrace.folder(), 'data');
  const args = ['--kafka-port', String(port), '--data', data];
  const first = await millrace.startBroker(args);
  const server = millrace.spawn([
    ...['start', '--json', '--http-port', '0', '--kafka', `127.0.0.1:${port}`],
    ...['--data', path.join(millrace.folder(), 'sql')],
  ]);
  const { http: url = '' } = (await server.facts()) as { readonly http?: string };
  await ask(
    url,
    'ksql',
    `CREATE STREAM words (word STRING KEY, n INT) WITH (KAFKA_TOPIC='words', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE STREAM long_words AS SELECT * FROM words WHERE n > 1;
     CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;`,
  );
  const insert = (from: number): Promise<unknown> =>
    ask(
      url,
      'ksql',
      Array.from({ length: 20 }, (_, i) => `INSERT INTO words VALUES ('w${i % 4}', ${from + i});`).join(''),
    );
  const counts = async (): Promise<string> => {
    const rows = (await ask(url, 'query', 'SELECT word, n FROM counts;').catch(() => [])).flatMap(
      ({ row }) => (row === undefined ? [] : [row.columns.join('=')]),
    );
    return rows.toSorted().join(' ');
  };
  const states = async (): Promise<string> => {
    const [entity] = await ask(url, 'ksql', 'SHOW QUERIES;');
    return (entity?.queries ?? []).map(({ state }) => state).join(' ');
  };
  await insert(0);
  await expect.poll(counts, { timeout: 60_000, interval: 200 }).toBe('w0=5 w1=5 w2=5 w3=5');

  await first.process.stop('SIGKILL');
  await sleep(AWAY_MS);
  expect(server.isRunning).toBe(true);
  await millrace.startBroker(args);
  await expect.poll(states, { timeout: 120_000, interval: 500 }).toBe('RUNNING RUNNING');
  await insert(20);
  await expect.poll(counts, { timeout: 60_000, interval: 200 }).toBe('w0=10 w1=10 w2=10 w3=10');
  expect((await server.stop()).code).toBe(0);
});

it('ends within its limits when its Kafka is dead', async () => {
  const broker = await millrace.startBroker();
  const server = millrace.spawn([
    ...['start', '--json', '--http-port', '0', '--kafka', broker.facts.kafka],
    ...['--data', path.join(millrace.folder(), 'sql')],
  ]);
  const { http: url = '' } = (await server.facts()) as { readonly http?: string };
  await ask(
    url,
    'ksql',
    `CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
     INSERT INTO s VALUES ('a', 1);`,
  );
  await broker.process.stop('SIGKILL');
  const { code, text } = await server.stop('SIGHUP');
  expect(text).not.toContain('ending at once');
  expect(code).toBe(0);
});
