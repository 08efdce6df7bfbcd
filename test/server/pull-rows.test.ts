import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { heldBytes } from '../setup/held-bytes.ts';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';

const ROWS = 10_000;
const TEXT = 'x'.repeat(1_500);

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: `CREATE SOURCE TABLE t (id STRING PRIMARY KEY, text STRING)
             WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: platform.bootstrap,
  });
  const value = Buffer.from(JSON.stringify({ text: TEXT }));
  for (let i = 0; i < ROWS; i++) producer.send({ topic: 't', key: Buffer.from(`k${i}`), value });
  await producer.flush();
  await producer.close();
  await eventually(async () => ((await rowOf(`k${ROWS - 1}`)).length === 1 ? true : undefined));
});

afterAll(() => platform.close());

async function rowOf(key: string): Promise<readonly unknown[]> {
  const response = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ sql: `SELECT id FROM t WHERE id = '${key}';` }),
  });
  return ((await response.json()) as unknown[]).slice(1);
}

/** Asks for all rows over a socket that reads when it is told to. */
async function askForAll(): Promise<net.Socket> {
  const socket = net.connect(platform.port, '127.0.0.1');
  await once(socket, 'connect');
  const body = JSON.stringify({ sql: 'SELECT * FROM t;' });
  socket.write(
    `POST /query-stream HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Accept: application/vnd.ksqlapi.delimited.v1\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  // The head of the answer: the query runs.
  await once(socket, 'readable');
  return socket;
}

it('another client completes first, and the rows of those that do not read are not held', async () => {
  const before = heldBytes();
  const slow = await Promise.all(Array.from({ length: 5 }, () => askForAll()));
  for (let i = 0; i < 20; i++) expect(await rowOf(`k${i}`)).toEqual([[`k${i}`]]);
  // All rows, five times, are 75 MB.
  expect(heldBytes() - before).toBeLessThan(25e6);
  for (const socket of slow.slice(1)) socket.destroy();

  let text = '';
  for await (const chunk of slow[0] ?? []) text += String(chunk);
  const keys = [...text.matchAll(/\["(k\d+)","x/g)].map(([, key = '']) => key);
  expect(keys).toHaveLength(ROWS);
  expect(new Set(keys).size).toBe(ROWS);
});

it('ends at its LIMIT without reading the rest', async () => {
  const response = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ sql: 'SELECT id FROM t LIMIT 3;' }),
  });
  expect((await response.json()) as unknown[]).toHaveLength(4);
});
