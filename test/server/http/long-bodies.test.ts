import http from 'node:http';
import http2 from 'node:http2';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import type { HttpFront } from '../../../src/server/http/front.ts';
import { listen } from '../../../src/server/http/listen.ts';
import { allowLongBody, endLongBody } from '../../../src/server/http/long-bodies.ts';

const REQUEST_TIMEOUT_MS = 200;

let front: HttpFront | undefined;
let port: number;

beforeAll(async () => {
  const settings = serverConfig({ 'ksql.http.request.timeout.ms': String(REQUEST_TIMEOUT_MS) });
  const opened = await listen({ host: '127.0.0.1', port: 0 }, { settings, tls: undefined, addTo });
  front = opened.front;
  port = Number(new URL(opened.url).port);
});

afterAll(async () => {
  await front?.close();
});

function addTo(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.post('/long', (request, reply) => {
    allowLongBody(request.raw);
    reply.raw.once('close', () => endLongBody(request.raw));
    reply.hijack();
    let text = '';
    request.raw.setEncoding('utf8');
    request.raw.on('data', (chunk: string) => (text += chunk));
    request.raw.on('end', () => reply.raw.end(text));
  });
  app.post('/short', async (request) => {
    for await (const _ of request.raw) continue;
    return 'whole';
  });
}

/** Longer than a request may take, and than it takes until that is seen. */
const longTime = (): Promise<void> => new Promise((over) => setTimeout(over, 3 * REQUEST_TIMEOUT_MS));

it('may take longer than other requests over HTTP/1.1, and only those', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const send = (
    path: string,
  ): { readonly request: http.ClientRequest; readonly status: Promise<unknown> } => {
    const headers = { 'content-type': 'application/json' };
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', agent, path, headers });
    const status = new Promise((resolve) => {
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      });
      request.on('error', () => resolve('cut off'));
    });
    request.write('1');
    return { request, status };
  };
  const long = send('/long');
  await longTime();
  long.request.end('2');
  expect(await long.status).toBe(200);
  // The same connection has its limit again.
  const short = send('/short');
  expect(await short.status).toBe(408);
  agent.destroy();
});

it('may take longer than other requests over HTTP/2', async () => {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const send = (
    path: string,
  ): { readonly stream: http2.ClientHttp2Stream; readonly status: Promise<unknown> } => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' });
    const status = new Promise((resolve, reject) => {
      stream.on('response', (headers) => resolve(headers[':status']));
      stream.on('error', reject);
    });
    stream.resume();
    stream.write('1');
    return { stream, status };
  };
  const long = send('/long');
  const short = send('/short');
  expect(await short.status).toBe(408);
  await longTime();
  long.stream.end('2');
  expect(await long.status).toBe(200);
  session.close();
});
