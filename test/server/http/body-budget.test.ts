import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPage, valueOf } from '../metrics-text.ts';
import { eventually, post, startPlatform, type TestPlatform } from '../platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({
    properties: { 'ksql.http.request.bytes.max': '80000', 'ksql.http.requests.bytes.max': '100000' },
  });
});

afterAll(() => platform.close());

/** A statement of about so many bytes. */
const statement = (bytes: number): string =>
  JSON.stringify({ ksql: `SHOW STREAMS; -- ${'x'.repeat(bytes)}` });

const show = (bytes: number) => post(`${platform.url}/ksql`, statement(bytes));

const heldBytes = async (): Promise<number | undefined> =>
  valueOf((await readPage(platform.url)).series, 'ksql_http_request_bytes');

/** A client that has sent a part of its body. */
async function partly(body: string, sent: number): Promise<net.Socket> {
  const socket = net.connect(platform.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /ksql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.slice(0, sent)}`,
  );
  await eventually(async () => ((await heldBytes()) === sent ? true : undefined));
  return socket;
}

it('another client completes first, one that does not fit is refused, and all is given back', async () => {
  const body = statement(70_000);
  const slow = await partly(body, 60_000);
  expect(await show(60_000)).toMatchObject({
    status: 503,
    body: { error_code: 50_302, message: expect.stringContaining('more than 100000 bytes of requests') },
  });
  expect((await show(10)).status).toBe(200);
  slow.write(body.slice(60_000));
  let answer = '';
  for await (const chunk of slow) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  await eventually(async () => ((await heldBytes()) === 0 ? true : undefined));
  expect((await show(60_000)).status).toBe(200);
});

it('gives back what a client had sent that has gone', async () => {
  const socket = await partly(statement(70_000), 50_000);
  socket.destroy();
  await eventually(async () => ((await heldBytes()) === 0 ? true : undefined));
});

it('gives back what a client had sent that has gone without waiting for its answers', async () => {
  const [body, push] = [statement(1_000), '{"sql":"SELECT * FROM waits EMIT CHANGES;"}'];
  await post(`${platform.url}/ksql`, {
    ksql: "CREATE STREAM waits (a INT) WITH (KAFKA_TOPIC='waits', VALUE_FORMAT='JSON', PARTITIONS=1);",
  });
  const request = (path: string, text: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const socket = net.connect(platform.port, '127.0.0.1');
  await once(socket, 'connect');
  // The answer to the first does not end, so those of the others wait behind it.
  socket.write(request('/query-stream', push) + request('/ksql', body).repeat(20));
  await eventually(async () => (((await heldBytes()) ?? 0) > 20_000 ? true : undefined));
  socket.destroy();
  await eventually(async () => ((await heldBytes()) === 0 ? true : undefined));
});

it('refuses a body that is too large by itself, whether its length was told or not', async () => {
  expect((await show(90_000)).status).toBe(413);
  const chunked = await fetch(`${platform.url}/ksql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([statement(90_000)]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(chunked.status).toBe(413);
  expect((await show(10)).status).toBe(200);
});
