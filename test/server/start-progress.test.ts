import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';
import { SilentProxy } from './silent-proxy.ts';

let platform: TestPlatform | undefined;
let proxy: SilentProxy | undefined;
const folders: string[] = [];

afterEach(async () => {
  await platform?.close();
  await proxy?.close();
  platform = proxy = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const get = async (url: string): Promise<{ readonly status: number; readonly body: Json }> => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Json };
};

it('answers at once, and says what a start waits for, until it is ended', async () => {
  proxy = await SilentProxy.start();
  proxy.fallSilent();
  const [port = 0] = await freePorts(1);
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
  folders.push(data);
  const stop = new AbortController();
  const starting = SqlServer.start({
    bootstrapServers: `127.0.0.1:${proxy.port}`,
    listen: { host: '127.0.0.1', port },
    data,
    properties: {},
    logger: silentLogger,
    signal: stop.signal,
  });
  const ended = expect(starting).rejects.toThrow('told to stop');
  const url = `http://127.0.0.1:${port}`;
  const startProgress = `starting, waiting for the Kafka cluster at 127.0.0.1:${proxy.port}`;
  const info = await eventually(() => get(`${url}/info`).catch(() => undefined));
  expect(info).toMatchObject({
    status: 200,
    body: { KsqlServerInfo: { serverStatus: 'STARTING', startProgress } },
  });
  expect(await get(`${url}/healthcheck`)).toMatchObject({
    status: 503,
    body: {
      isHealthy: false,
      serverState: 'INITIALIZING',
      startProgress,
      details: { metastore: { isHealthy: false }, start: { isHealthy: false, message: startProgress } },
    },
  });
  const refusal = {
    status: 503,
    body: { error_code: 50_302, message: `KSQL is not yet ready to serve requests: ${startProgress}` },
  };
  expect(await post(`${url}/ksql`, { ksql: 'SHOW STREAMS;' })).toMatchObject(refusal);
  expect(await post(`${url}/query-stream`, { sql: 'SELECT * FROM s;' })).toMatchObject(refusal);
  expect(await post(`${url}/query`, { ksql: 'SELECT * FROM s;' })).toMatchObject(refusal);
  stop.abort(new Error('told to stop'));
  await ended;
  await expect(fetch(`${url}/info`)).rejects.toThrow();
});

it('takes statements while the queries of an earlier life start', async () => {
  const COUNT = 20;
  platform = await startPlatform();
  const { data } = platform;
  folders.push(data);
  const queries = Array.from({ length: COUNT }, (_, i) => `CREATE STREAM c${i} AS SELECT * FROM s;`);
  const created = await post(`${platform.url}/ksql`, {
    ksql: `CREATE STREAM s (id STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      ${queries.join('\n')}`,
  });
  expect(created.status, JSON.stringify(created.body)).toBe(200);
  await platform.stop();

  platform = await startPlatform({ data });
  const { url } = platform;
  const { body } = await get(`${url}/info`);
  // Statements are taken before the queries run: it has not waited for all of them.
  const { startProgress, serverStatus } = body['KsqlServerInfo'] as Json;
  expect(serverStatus).toBe('STARTING');
  expect(startProgress).toMatch(new RegExp(`^starting, \\d+ of ${COUNT} queries$`));
  expect((await get(`${url}/healthcheck`)).status).toBe(200);
  const shown = await post(`${url}/ksql`, { ksql: 'SHOW STREAMS;' });
  expect((shown.body as Json[])[0]?.['streams']).toHaveLength(COUNT + 1);
  const running = await eventually(async () => {
    const info = (await get(`${url}/info`)).body['KsqlServerInfo'] as Json;
    return info['serverStatus'] === 'RUNNING' ? info : undefined;
  });
  expect(running).not.toHaveProperty('startProgress');
  const states = ((await post(`${url}/ksql`, { ksql: 'SHOW QUERIES;' })).body as Json[])
    .flatMap((entity) => entity['queries'] as Json[])
    .map(({ state }) => state);
  expect(states).toHaveLength(COUNT);
  expect(new Set(states)).toEqual(new Set(['RUNNING']));
});
