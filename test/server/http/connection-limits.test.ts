import http2 from 'node:http2';
import net from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { HttpFront } from '../../../src/server/http/front.ts';
import { untilClosed } from './raw-request.ts';

const open: HttpFront[] = [];

afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

const limits = { connectionsMax: 5, requestTimeoutMs: 200, idleTimeoutMs: 200 };
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
/** Headers of stream 1 without the flag that says that they are whole. */
const HALF_HEADERS = Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]);
const HEAD = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

async function serve(): Promise<number> {
  let front: HttpFront | undefined;
  const app = fastify({
    bodyLimit: 100,
    serverFactory: (handler) => {
      front = new HttpFront(handler, { limits });
      return front.http1;
    },
  });
  app.post('/echo', ({ body }) => ({ body }));
  await app.ready();
  if (front === undefined) throw new Error('no listener');
  open.push(front);
  return (await front.listen({ host: '127.0.0.1', port: 0 })).port;
}

it.each([
  ['nothing', []],
  ['half an HTTP/2 preface', [PREFACE.slice(0, 10)]],
  ['a preface and no more', [PREFACE, SETTINGS]],
  ['half the headers of HTTP/2', [PREFACE, SETTINGS, HALF_HEADERS]],
])('closes a connection that sends %s', async (_what, sent) => {
  await untilClosed(await serve(), sent);
});

it.each([
  ['half a request', ['POST /echo HTTP/1.1\r\nHost: loc']],
  ['half a body', [`${HEAD}Content-Length: 50\r\n\r\n{"x":`]],
  ['a chunked body that stops', [`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"x":\r\n`]],
])('answers %s with 408 and closes', async (_what, sent) => {
  expect(await untilClosed(await serve(), sent)).toMatch(
    /^HTTP\/1.1 408 Request Timeout\r\n.*\{"@type":"generic_error","error_code":40800,/s,
  );
});

it('closes a connection that sends no second request', async () => {
  const text = await untilClosed(await serve(), [`${HEAD}Content-Length: 7\r\n\r\n{"x":1}`]);
  expect(text).toContain('200 OK');
});

/** The status that answers an HTTP/2 request whose body stops; undefined where the connection had ended before. */
async function statusOfStoppedBody(port: number): Promise<unknown> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const ended = new Promise<undefined>((resolve) => {
    session.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
  });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/echo',
    'content-type': 'application/json',
  });
  const answered = new Promise<unknown>((resolve) => {
    let status: unknown;
    stream.on('response', (headers) => {
      status = headers[':status'];
    });
    stream
      .on('error', () => undefined)
      .on('close', () => resolve(status))
      .resume();
  });
  stream.write('{"x":');
  const status = await Promise.race([answered, ended]);
  session.destroy();
  return status;
}

it('ends an HTTP/2 stream whose body stops, with 408', async () => {
  const port = await serve();
  // A machine that stands still for longer than a connection may be idle asks too late, and asks again.
  let status: unknown;
  while (status === undefined) status = await statusOfStoppedBody(port);
  expect(status).toBe(408);
});

it.each([
  ['announced', `Content-Length: 200\r\n\r\n${'x'.repeat(200)}`],
  ['sent in chunks', `Transfer-Encoding: chunked\r\n\r\nc8\r\n${'x'.repeat(200)}\r\n0\r\n\r\n`],
])('refuses a body that is too large, %s', async (_how, rest) => {
  expect(await untilClosed(await serve(), [HEAD + rest])).toContain('413 ');
});

it('closes one connection too many at once and keeps the others', async () => {
  const port = await serve();
  const sockets = await Promise.all(
    Array.from(
      { length: limits.connectionsMax },
      () =>
        new Promise<net.Socket>((resolve) => {
          const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
        }),
    ),
  );
  expect(await untilClosed(port, [`${HEAD}Content-Length: 2\r\n\r\n{}`])).toBe('');
  const answer = new Promise((resolve) => sockets[0]?.once('data', (chunk) => resolve(chunk.toString())));
  sockets[0]?.write(`${HEAD}Content-Length: 2\r\n\r\n{}`);
  expect(await answer).toContain('200 OK');
  for (const socket of sockets) socket.destroy();
});
