import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { BodyReader } from '../../src/server/http/body-reader.ts';
import { addRoutes, type Services } from '../../src/server/routes.ts';
import { StartProgress } from '../../src/server/start-progress.ts';
import { Stopping } from '../../src/server/stopping.ts';
import { type Json, post, startPlatform, type TestPlatform } from './platform.ts';

const { timers } = nodeEnvironment;
const SHUTTING_DOWN = { '@type': 'generic_error', error_code: 50_303 };

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** The routes of a server whose statements end when they are told to. */
async function heldServer() {
  const stopping = new Stopping();
  const progress = new StartProgress({ firstStep: '', queries: () => ({ started: 0, total: 0 }) });
  progress.ready();
  const held: ((entities: readonly unknown[]) => void)[] = [];
  const wait = () => new Promise<readonly never[]>((resolve) => held.push(resolve as never));
  const app = fastify();
  addRoutes(app, {
    stopping,
    progress,
    bodies: new BodyReader({ bytesMax: 1e6, totalBytesMax: 1e6 }),
    executor: {
      execute: wait,
      prepare: wait,
      caughtUpWith: () => Promise.resolve(),
    } as unknown as Services['executor'],
    gathering: { complete: (entities: unknown) => entities } as unknown as Services['gathering'],
    kafka: { named: (error: unknown) => error } as Services['kafka'],
    info: () => ({ version: '', kafkaClusterId: '', ksqlServiceId: '' }),
    failure: () => undefined,
    skippedCommands: () => 0,
    kafkaFailure: () => undefined,
    standstill: () => undefined,
  } as Services);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  ended.push(() => app.close());
  return { url, stopping, held };
}

async function get(url: string): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Json };
}

it('refuses new requests, says that it is stopping, and lets statements end that can', async () => {
  const { url, stopping, held } = await heldServer();
  const running = post(`${url}/ksql`, { ksql: 'SHOW STREAMS;' });
  await expect.poll(() => held.length).toBe(1);
  const stopped = stopping.begin({ timers, limitMs: 60_000 });

  const health = await get(`${url}/healthcheck`);
  expect(health.status).toBe(503);
  expect(health.body).toMatchObject({ isHealthy: false, serverState: 'TERMINATING' });
  expect((await get(`${url}/info`)).body).toMatchObject({ KsqlServerInfo: { serverStatus: 'TERMINATING' } });
  expect((await get(`${url}/chc/ready`)).status).toBe(503);
  expect((await get(`${url}/chc/live`)).status).toBe(200);
  for (const [endpoint, body] of [
    ['ksql', '{"ksql":"SHOW STREAMS;"}'],
    ['query', '{"ksql":"SELECT * FROM s;"}'],
    ['query-stream', '{"sql":"SELECT * FROM s EMIT CHANGES;"}'],
  ]) {
    const late = await fetch(`${url}/${endpoint}`, { method: 'POST', body: body ?? null });
    expect(late.status).toBe(503);
    expect(late.headers.get('connection')).toBe('close');
    expect(await late.json()).toEqual({ ...SHUTTING_DOWN, message: 'The server is shutting down' });
  }

  held[0]?.([]);
  expect(await running).toEqual({ status: 200, body: [] });
  await stopped;
});

it('answers what has not ended when the time is over', async () => {
  const { url, stopping, held } = await heldServer();
  const waiting = [
    post(`${url}/ksql`, { ksql: 'CREATE TYPE t AS INT;' }),
    post(`${url}/query`, { ksql: 'SELECT * FROM s;' }),
    post(`${url}/query-stream`, { sql: 'SELECT * FROM s EMIT CHANGES;' }),
  ];
  await expect.poll(() => held.length).toBe(3);
  await stopping.begin({ timers, limitMs: 1 });
  for (const { status, body } of await Promise.all(waiting)) {
    expect(body).toMatchObject(SHUTTING_DOWN);
    expect(status).toBe(503);
  }
  const messages = (await Promise.all(waiting)).map(
    ({ body }) => (body as { readonly message: string }).message,
  );
  // Only statements are recorded.
  expect(messages.map((message) => message.includes('recorded'))).toEqual([true, false, false]);
  // What ends afterwards is answered already.
  for (const end of held) end([]);
});

it('tells a client whose body has not come whole only that it is shutting down', async () => {
  const { url, stopping } = await heldServer();
  let more: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      more = controller;
      controller.enqueue(Buffer.from('{"ksql":"SHOW '));
    },
  });
  const half = fetch(`${url}/ksql`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  await expect.poll(() => stopping.underWay).toBe(1);
  await stopping.begin({ timers, limitMs: 1 });
  const response = await half;
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ...SHUTTING_DOWN, message: 'The server is shutting down' });
  more?.close();
});

it('brings streamed answers to their end, and says that they are not whole', async () => {
  const platform: TestPlatform = await startPlatform();
  ended.push(() => platform.close());
  const { url } = platform;
  const source = "CREATE STREAM s (id STRING KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  expect((await post(`${url}/ksql`, { ksql: source })).status).toBe(200);
  const begin = (path: string, body: Json) =>
    fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const push = await begin('query-stream', { sql: 'SELECT * FROM s EMIT CHANGES;' });
  const print = await begin('query', { ksql: 'PRINT s;' });
  expect([push.status, print.status]).toEqual([200, 200]);
  await platform.stopServer();
  const [header = '', ...last] = (await push.text()).trim().split('\n');
  expect(header).toContain('"columnNames"');
  expect(last.map((line) => JSON.parse(line) as Json)).toMatchObject([
    { error_code: 50_303, message: 'The server is shutting down' },
  ]);
  expect(await print.text()).toBe('The server is shutting down\n');
});
