import { existsSync, readdirSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';

const LIMIT = 5;
const ROWS = 20_000;
const ROW = 'x'.repeat(500);

let platform: TestPlatform;
let admin: Admin;

beforeAll(async () => {
  platform = await startPlatform({
    properties: { 'ksql.max.push.queries': String(LIMIT), 'ksql.http.stall.timeout.ms': '1000' },
  });
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  const { status } = await post(`${platform.url}/ksql`, {
    ksql: `CREATE STREAM s (v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  });
  expect(status).toBe(200);
  const producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: platform.bootstrap,
    lingerMs: 5,
  });
  for (let i = 0; i < ROWS; i++)
    producer.send({ topic: 's', key: null, value: JSON.stringify({ V: `${i} ${ROW}` }) });
  await producer.flush();
  await producer.close();
});

afterAll(async () => {
  await admin.close();
  await platform.close();
});

async function pushQueries(): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text();
  return Number(/^ksql_push_queries (\d+)$/m.exec(text)?.[1]);
}

/** Resolves when no query is left, nor anything that one had. */
async function untilReleased(): Promise<void> {
  await eventually(async () => ((await pushQueries()) === 0 ? true : undefined));
  const groups = (await admin.listGroups()).map(({ groupId }) => groupId);
  expect(groups.filter((id) => id.includes('transient'))).toEqual([]);
  const topics = (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
  expect(topics.filter((name) => name.includes('transient'))).toEqual([]);
  const state = path.join(platform.data, 'sql-state');
  expect(existsSync(state) ? readdirSync(state).filter((name) => name.includes('transient')) : []).toEqual(
    [],
  );
}

const body = (sql: string): string =>
  JSON.stringify({ sql, properties: { 'auto.offset.reset': 'earliest' } });
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/vnd.ksqlapi.delimited.v1, application/json;q=0.5',
};
const SELECT = 'SELECT * FROM s EMIT CHANGES;';

interface Client {
  /** Resolves with the status, when there is one. */
  readonly status: Promise<number>;
  leave(): void;
}

function overHttp1(path_: string, text: string): Client {
  const request = http.request(platform.url + path_, { method: 'POST', headers: HEADERS, agent: false });
  request.on('error', () => undefined);
  request.end(text);
  const status = new Promise<number>((resolve) =>
    request.on('response', (response) => {
      response.on('error', () => undefined);
      resolve(response.statusCode ?? 0);
    }),
  );
  return { status, leave: () => request.destroy() };
}

function overHttp2(path_: string, text: string): Client {
  const session = http2.connect(platform.url);
  session.on('error', () => undefined);
  const stream = session.request({ ':method': 'POST', ':path': path_, ...HEADERS });
  stream.on('error', () => undefined);
  stream.end(text);
  const status = new Promise<number>((resolve) =>
    stream.on('response', (headers) => resolve(Number(headers[':status']))),
  );
  return { status, leave: () => session.destroy() };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const STATEMENTS = [
  ['a push query', '/query-stream', body(SELECT)],
  [
    'a push query with a repartition',
    '/query-stream',
    body('SELECT v, COUNT(*) FROM s GROUP BY v EMIT CHANGES;'),
  ],
  ['a PRINT', '/query', JSON.stringify({ ksql: "PRINT 's' FROM BEGINNING;" })],
] as const;

describe.each([
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
] as const)('over %s', (_version, connect) => {
  it.each(STATEMENTS)('clients of %s may leave at any moment', async (_what, path_, text) => {
    for (const delay of [0, 2, 5, 10, 20, 40, 80, 160, 320]) {
      const clients = Array.from({ length: LIMIT + 2 }, () => connect(path_, text));
      await pause(delay);
      for (const client of clients) client.leave();
    }
    await untilReleased();
    const next = connect(path_, text);
    expect(await eventually(async () => next.status)).toBe(200);
    next.leave();
    await untilReleased();
  });

  it('refuses one query more than the limit, counted from the request on', async () => {
    const clients = Array.from({ length: LIMIT + 3 }, () => connect('/query-stream', body(SELECT)));
    const statuses = await Promise.all(clients.map(({ status }) => status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 400)).toHaveLength(3);
    for (const client of clients) client.leave();
    await untilReleased();
  });
});

/** Asks for all rows over a raw socket, and reads none of them yet. */
function stalledClient(): net.Socket {
  const text = body(`SELECT * FROM s EMIT CHANGES LIMIT ${ROWS};`);
  const head = Object.entries({ ...HEADERS, host: 'localhost', 'content-length': String(text.length) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const socket = net.connect(platform.port, '127.0.0.1', () =>
    socket.write(`POST /query-stream HTTP/1.1\r\n${head}\r\n${text}`),
  );
  socket.on('error', () => undefined);
  socket.pause();
  return socket;
}

it('cuts off clients that do not read, and serves others meanwhile', async () => {
  const stalled = Array.from({ length: LIMIT }, stalledClient);
  await eventually(async () => ((await pushQueries()) === LIMIT ? true : undefined));
  const { status } = await post(`${platform.url}/ksql`, { ksql: 'SHOW STREAMS;' });
  expect(status).toBe(200);
  await untilReleased();
  for (const socket of stalled) socket.destroy();
});

it('holds a query up for a client that reads now and then, and loses no row', async () => {
  const socket = stalledClient();
  const seen: number[] = [];
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    let wait: NodeJS.Timeout | undefined;
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const match = /^\["(\d+) x/.exec(line);
        if (match !== null) seen.push(Number(match[1]));
      }
      if (seen.length === ROWS) return resolve();
      // More than a hundred pauses of some milliseconds: the sockets are full most of the time.
      if (wait === undefined) {
        socket.pause();
        wait = setTimeout(() => {
          wait = undefined;
          socket.resume();
        }, 10);
      }
    });
    socket.on('close', () => reject(new Error(`cut off after ${seen.length} rows`)));
    socket.resume();
  });
  socket.destroy();
  expect(seen).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  await untilReleased();
});
