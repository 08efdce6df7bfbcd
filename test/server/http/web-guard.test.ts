import { hostname } from 'node:os';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpFront } from '../../../src/server/http/front.ts';
import { closedWebPolicy, type WebPolicy } from '../../../src/server/http/web-guard.ts';
import { overHttp1, overHttp2 } from './raw-request.ts';

const open: HttpFront[] = [];

afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

/** A listener that counts the requests that come past its guard. */
async function serve(policy: Partial<WebPolicy> = {}) {
  let served = 0;
  const front = { current: undefined as HttpFront | undefined };
  const app = fastify({
    serverFactory: (handler) => {
      front.current = new HttpFront(handler, { webPolicy: { ...closedWebPolicy, ...policy } });
      return front.current.http1;
    },
  });
  app.all('/any', () => {
    served += 1;
    return {};
  });
  await app.ready();
  if (front.current === undefined) throw new Error('no listener');
  open.push(front.current);
  const { port } = await front.current.listen({ host: '127.0.0.1', port: 0 });
  return { port, served: () => served };
}

describe.each([
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
])('the guard over %s', (_version, send) => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  const post = async (
    server: { readonly port: number },
    headers: Readonly<Record<string, string>>,
    body = '{}',
  ) => send({ port: server.port, method: 'POST', path: '/any', headers, body });

  it('serves clients that are no browsers, under every name of the machine', async () => {
    const server = await serve({ allowedHosts: ['kafka.example.com', '.lan'] });
    const names = ['localhost', '127.0.0.1:1', '[::1]:8088', '192.168.1.7', hostname(), 'app.localhost:80'];
    for (const host of [...names, 'KAFKA.example.com:443', 'a.b.lan']) {
      expect((await post(server, { ...JSON_TYPE, host })).status, host).toBe(200);
    }
    expect(server.served()).toBe(names.length + 2);
  });

  it.each(['evil.example', 'evil.example:8088', 'localhost.evil.example', '127.0.0.1.nip.io', 'lan'])(
    'refuses the name %s, which somebody else could point here',
    async (host) => {
      const server = await serve({ allowedHosts: ['.lan'] });
      for (const method of ['GET', 'POST']) {
        const answer = await send({
          port: server.port,
          method,
          path: '/any',
          headers: { ...JSON_TYPE, host },
        });
        expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
          421,
          { '@type': 'generic_error', error_code: 42_100, message: expect.stringContaining(host) as string },
        ]);
      }
      expect(server.served()).toBe(0);
    },
  );

  it('refuses a name with a user in it, which HTTP/2 itself may forbid', async () => {
    const server = await serve({ allowedHosts: ['.lan'] });
    const headers = { ...JSON_TYPE, host: 'a@localhost' };
    const status = await send({ port: server.port, method: 'POST', path: '/any', headers, body: '{}' }).then(
      (answer) => answer.status,
      (error: unknown) => (error as { readonly code?: unknown }).code,
    );
    expect([421, 'ERR_HTTP2_STREAM_ERROR']).toContain(status);
    expect(server.served()).toBe(0);
  });

  it('takes any name where all are allowed', async () => {
    expect(
      (await post(await serve({ allowedHosts: ['*'] }), { ...JSON_TYPE, host: 'x.example' })).status,
    ).toBe(200);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', referer: 'https://evil.example/' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
  ])('refuses a page of another origin: %o', async (marks) => {
    const server = await serve();
    const host = `localhost:${server.port}`;
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const headers = { ...JSON_TYPE, host, ...marks } as Record<string, string>;
      const answer = await send({ port: server.port, method, path: '/any', headers });
      expect([answer.status, JSON.parse(answer.body)], method).toMatchObject([403, { error_code: 40_300 }]);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(server.served()).toBe(0);
  });

  it('serves its own pages and links to it', async () => {
    const server = await serve();
    const host = `localhost:${server.port}`;
    for (const origin of [`http://${host}`, `https://${host}`]) {
      expect((await post(server, { ...JSON_TYPE, host, origin })).status).toBe(200);
    }
    const link = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await send({ port: server.port, method: 'GET', path: '/any', headers: link })).status).toBe(200);
    expect((await post(server, { ...JSON_TYPE, ...link })).status).toBe(403);
  });

  it('takes bodies of JSON only, and of no type only from what is no browser', async () => {
    const server = await serve();
    const host = `localhost:${server.port}`;
    const types = [
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ];
    for (const type of [...types, 'text/json', 'application/jsonx', '']) {
      expect((await post(server, { host, 'content-type': type })).status, type).toBe(415);
    }
    expect((await post(server, { host, origin: `http://${host}` })).status).toBe(415);
    expect(server.served()).toBe(0);
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/vnd.ksql.v1+json',
    ]) {
      const status = (await post(server, { host, 'content-type': type })).status;
      // The router of this test parses plain JSON only.
      expect(status === 200 || (status === 415 && type.includes('vnd')), type).toBe(true);
    }
    expect((await post(server, { host }, '')).status).toBe(200);
  });

  it('answers preflights and names allowed origins', async () => {
    const origin = 'https://tools.example';
    const server = await serve({
      allowedOrigins: [origin],
      allowedMethods: ['GET', 'POST'],
      allowedHeaders: ['Content-Type'],
    });
    const headers = { host: `localhost:${server.port}`, origin };
    const asked = await send({
      port: server.port,
      method: 'OPTIONS',
      path: '/any',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'Content-Type',
      },
    });
    const answer = await post(server, { ...JSON_TYPE, ...headers });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': origin, vary: 'origin' },
    });
    expect((await post(server, { ...JSON_TYPE, ...headers, origin: `${origin}.evil` })).status).toBe(403);
  });
});
