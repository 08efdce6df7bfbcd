import http from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';
import { overHttp1 } from './http/raw-request.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k EMIT CHANGES;
      INSERT INTO s VALUES ('a', 1); INSERT INTO s VALUES ('b', 2);`,
  });
});

afterAll(async () => {
  await platform.close();
});

interface Conversation {
  readonly messages: readonly string[];
  readonly code: number;
  readonly reason: string;
}

function open(request: unknown, more = ''): WebSocket {
  const parameter = encodeURIComponent(typeof request === 'string' ? request : JSON.stringify(request));
  return new WebSocket(`ws://127.0.0.1:${platform.port}/ws/query?request=${parameter}${more}`);
}

function talk(client: WebSocket): Promise<Conversation> {
  const messages: string[] = [];
  return new Promise((resolve, reject) => {
    client.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
    client.on('error', reject);
    client.on('close', (code, reason) => resolve({ messages, code, reason: reason.toString('utf8') }));
  });
}

const STRING = { type: 'STRING', fields: null, memberSchema: null };
const INTEGER = { type: 'INTEGER', fields: null, memberSchema: null };

it('sends the columns, then the rows, and closes', async () => {
  const answer = await talk(open({ ksql: 'SELECT * FROM s EMIT CHANGES LIMIT 2;' }));
  expect(answer.messages.map((text) => JSON.parse(text) as unknown)).toEqual([
    [
      { name: 'K', schema: STRING },
      { name: 'V', schema: INTEGER },
    ],
    { row: { columns: ['a', 1] } },
    { row: { columns: ['b', 2] } },
  ]);
  expect(answer).toMatchObject({ code: 1000, reason: 'done' });
});

it('answers pull queries', async () => {
  const answer = await eventually(async () => {
    const tried = await talk(open({ ksql: "SELECT total FROM t WHERE k = 'b';" }));
    return tried.messages.length === 2 ? tried : undefined;
  });
  expect(JSON.parse(answer.messages[1] ?? '')).toEqual({ row: { columns: [2] } });
  expect(answer.code).toBe(1000);
});

it('prints topics', async () => {
  const answer = await talk(open({ ksql: "PRINT 's' FROM BEGINNING LIMIT 1;" }));
  expect(answer.messages.join('')).toContain('key: a, value: {"V":1}');
  expect(answer.code).toBe(1000);
});

it.each([
  ['', '', 1003, 'Error parsing request: missing request parameter'],
  ['{', '', 1003, 'Error parsing request: '],
  [{ ksql: 'SELECT * FROM s;' }, '&version=2', 1003, 'Received invalid api version: 2'],
  [{ ksql: 'SELECT * FROM nowhere EMIT CHANGES;' }, '&version=1', 1003, 'NOWHERE'],
  [{ ksql: 'SHOW STREAMS;' }, '', 1003, 'not supported for this resource'],
  [{ ksql: `SELECT '${'ü'.repeat(300)}' FROM nowhere EMIT CHANGES;` }, '', 1003, ''],
])('closes with the reason where the request is wrong: %j', async (request, more, code, reason) => {
  const answer = await talk(open(request, more));
  expect(answer.messages).toEqual([]);
  expect(answer.code).toBe(code);
  expect(answer.reason).toContain(reason);
  expect(Buffer.byteLength(answer.reason)).toBeLessThanOrEqual(123);
});

it('ends the query when the client leaves', async () => {
  const client = open({ ksql: 'SELECT * FROM s EMIT CHANGES;' });
  await new Promise((resolve) => client.once('message', resolve));
  const running = async (): Promise<string> => await (await fetch(`${platform.url}/metrics`)).text();
  expect(await running()).toMatch(/^ksql_push_queries 1$/m);
  client.terminate();
  await eventually(async () => (/^ksql_push_queries 0$/m.test(await running()) ? true : undefined));
});

it('takes no WebSocket from a page of another origin', async () => {
  const client = new WebSocket(`ws://127.0.0.1:${platform.port}/ws/query?request={}`, {
    origin: 'https://evil.example',
  });
  const status = await new Promise((resolve) => {
    client.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    client.on('error', () => undefined);
  });
  expect(status).toBe(403);
});

it('says what the endpoint is for where no WebSocket is asked for', async () => {
  const headers = { host: 'localhost' };
  const answer = await overHttp1({ port: platform.port, method: 'GET', path: '/ws/query', headers });
  expect(answer.status).toBe(426);
  expect(JSON.parse(answer.body)).toMatchObject({ error_code: 42600 });
});

it('leaves requests alone that would like to speak HTTP/2', async () => {
  const body = '{"ksql": "SHOW STREAMS;"}';
  const headers = {
    host: 'localhost',
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'content-type': 'application/json',
    'content-length': String(body.length),
  };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: platform.port, path: '/ksql', method: 'POST', headers };
    const request = http.request({ ...options, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
  expect(answer.statusCode).toBe(200);
  answer.resume();
});
