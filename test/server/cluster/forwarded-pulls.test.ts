import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Producer } from '../../../src/client/index.ts';
import { eventually, type Json, post } from '../platform.ts';
import { select, sorted, startService, type TestService } from './services.ts';

const KEYS = Array.from({ length: 40 }, (_, i) => `k${i}`);

let service: TestService;
let second: string;

async function run(url: string, ksql: string): Promise<Json[]> {
  const { status, body } = await post(`${url}/ksql`, { ksql });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Json[];
}

async function produce(topic: string): Promise<void> {
  const producer = new Producer({ bootstrapServers: service.platform.bootstrap });
  for (const [index, key] of KEYS.entries()) {
    const value = Buffer.from(JSON.stringify({ V: index }));
    for (let i = 0; i < 2; i++) producer.send({ topic, key: Buffer.from(key), value });
  }
  await producer.flush();
  await producer.close();
}

/** What a server runs of a query, by `/clusterStatus` of one of them. */
async function hostsWithTasks(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/clusterStatus`);
  const { clusterStatus } = (await response.json()) as { clusterStatus: Record<string, Json> };
  return Object.entries(clusterStatus).flatMap(([host, { activeStandbyPerQuery }]) => {
    const queries = Object.values(activeStandbyPerQuery as Record<string, { activePartitions: unknown[] }>);
    return queries.some(({ activePartitions }) => activePartitions.length > 0) ? [host] : [];
  });
}

beforeAll(async () => {
  service = await startService({ servers: 2 });
  second = service.urls[1] ?? '';
  const [first = ''] = service.urls;
  await run(
    first,
    `CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);
     CREATE TABLE t AS SELECT k, COUNT(*) AS n, MAX(v) AS v FROM s GROUP BY k;
     CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 100 DAYS) GROUP BY k;`,
  );
  await produce('s');
  // Both run a part of each query, and each knows what the other has.
  await eventually(async () => {
    const told = await Promise.all(service.urls.map(hostsWithTasks));
    return told.every((hosts) => hosts.length === 2) ? true : undefined;
  });
  await eventually(async () => {
    const counted = await select(first, 'SELECT k, n FROM t WHERE n = 2;');
    return counted.status === 200 && counted.rows.length === KEYS.length ? true : undefined;
  });
});

afterAll(() => service.close());

describe('a pull query at either of two servers', () => {
  it('has the row of each key, wherever its partition is', async () => {
    for (const url of service.urls) {
      for (const [index, key] of KEYS.entries()) {
        const answer = await select(url, `SELECT k, n, v FROM t WHERE k = '${key}';`);
        expect(answer, `${key} at ${url}`).toEqual({ status: 200, rows: [[key, 2, index]] });
      }
      expect(await select(url, "SELECT * FROM t WHERE k = 'nobody';")).toEqual({ status: 200, rows: [] });
    }
  });

  it('has the rows of several keys, each once, and of windows', async () => {
    const keys = KEYS.slice(0, 10);
    const list = keys.map((key) => `'${key}'`).join(', ');
    for (const url of service.urls) {
      const answer = await select(url, `SELECT k, n FROM t WHERE k IN (${list});`);
      expect(sorted(answer.rows)).toEqual(sorted(keys.map((key) => [key, 2])));
      const windowed = await select(url, `SELECT k, n FROM w WHERE k = '${keys[0]}';`);
      expect(windowed.rows).toEqual([[keys[0], 2]]);
    }
  });

  it('reads the whole table from all servers, each row once, and no more than its limit', async () => {
    for (const url of service.urls) {
      const all = await select(url, 'SELECT k FROM t;');
      expect(sorted(all.rows)).toEqual(sorted(KEYS.map((key) => [key])));
      expect((await select(url, 'SELECT k FROM t LIMIT 25;')).rows).toHaveLength(25);
      expect((await select(url, 'SELECT k FROM t WHERE v >= 30;')).rows).toHaveLength(10);
    }
  });

  it('answers in the same words over every media type', async () => {
    const sql = "SELECT k, n, v FROM t WHERE k IN ('k1', 'k2', 'k3', 'k4', 'k5', 'k6');";
    for (const accept of [
      'application/vnd.ksqlapi.delimited.v1',
      'application/json',
      'application/vnd.ksql.v1+json',
      'application/vnd.ksql.v1+protobuf',
    ]) {
      const answers = await Promise.all(
        service.urls.map(async (url) => {
          const response = await fetch(`${url}/query-stream`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept },
            body: JSON.stringify({ sql }),
          });
          const lines = (await response.text()).split('\n').slice(1);
          return lines
            .map((line) => line.replace(/[\],]+$/, ''))
            .filter((line) => line !== '')
            .toSorted();
        }),
      );
      expect(answers[0]).toHaveLength(6);
      expect(answers[1]).toEqual(answers[0]);
    }
  });

  it('is answered of what one server has, where it is told not to forward', async () => {
    const requestProperties = { 'request.ksql.query.pull.skip.forwarding': true };
    const found = await Promise.all(
      service.urls.map(async (url) => {
        const told = await Promise.all(
          KEYS.map((key) => select(url, `SELECT k FROM t WHERE k = '${key}';`, { requestProperties })),
        );
        return told.filter(({ status }) => status === 200).flatMap(({ rows }) => rows);
      }),
    );
    expect(found.every((rows) => rows.length > 0)).toBe(true);
    expect(sorted(found.flat())).toEqual(sorted(KEYS.map((key) => [key])));
  });
});

describe('statements about queries', () => {
  it('count the servers that run a query, and name them', async () => {
    const [entity] = await run(second, 'SHOW QUERIES;');
    const queries = entity?.['queries'] as Json[];
    expect(queries.map(({ statusCount }) => statusCount)).toEqual([{ RUNNING: 2 }, { RUNNING: 2 }]);
    const id = String(queries[0]?.['id']);
    const [explained] = await run(second, `EXPLAIN ${id};`);
    const status = (explained?.['queryDescription'] as Json | undefined)?.['ksqlHostQueryStatus'];
    const hosts = service.urls.map((url) => new URL(url).host);
    expect(status).toEqual(Object.fromEntries(hosts.map((host) => [host, 'RUNNING'])));
    const [described] = await run(second, 'DESCRIBE t EXTENDED;');
    const source = described?.['sourceDescription'] as { clusterStatistics: Json[] } | undefined;
    expect(new Set(source?.clusterStatistics.map(({ host }) => host))).toEqual(new Set(hosts));
  });
});

it('tells that a server does not answer, and has all rows again when another one has taken over', async () => {
  await service.stop(second);
  const [first = ''] = service.urls;
  const counted = await eventually(async () => {
    const answer = await select(first, 'SELECT k FROM t;');
    // What is told until then is an error, and never a part of the rows.
    if (answer.status !== 200) return undefined;
    return answer.rows;
  });
  expect(sorted(counted)).toEqual(sorted(KEYS.map((key) => [key])));
});
