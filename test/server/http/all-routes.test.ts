import fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BodyReader } from '../../../src/server/http/body-reader.ts';
import { addRoutes, type Services } from '../../../src/server/routes.ts';
import { Stopping } from '../../../src/server/stopping.ts';
import { startPlatform, type TestPlatform } from '../platform.ts';
import { overHttp1, overHttp2 } from './raw-request.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => {
  await platform.close();
});

/** Every method and path that the server registers; the routes are not called here, so they need no services. */
function allRoutes(): readonly { readonly method: string; readonly path: string }[] {
  const routes: { method: string; path: string }[] = [];
  const app = fastify();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, path: url.replace(/:\w+/g, 'x') });
  });
  addRoutes(app, {
    info: {},
    stopping: new Stopping(),
    bodies: new BodyReader({ bytesMax: 1e6, totalBytesMax: 1e6 }),
  } as Services);
  return routes;
}

it('lets no page of another origin and no foreign name reach any route', async () => {
  const routes = allRoutes();
  expect(routes.length).toBeGreaterThan(15);
  const host = `localhost:${platform.port}`;
  const type = { 'content-type': 'application/json' };
  for (const { method, path } of [...routes, { method: 'GET', path: '/nowhere' }]) {
    for (const send of [overHttp1, overHttp2]) {
      const request = { port: platform.port, method, path };
      const from = { ...type, host, origin: 'https://evil.example' };
      expect((await send({ ...request, headers: from })).status, `${method} ${path}`).toBe(403);
      const rebound = { ...type, host: 'evil.example' };
      expect((await send({ ...request, headers: rebound })).status, `${method} ${path}`).toBe(421);
      if (method === 'GET' || method === 'HEAD') continue;
      const plain = { host, 'content-type': 'text/plain' };
      expect((await send({ ...request, headers: plain, body: '{}' })).status, `${method} ${path}`).toBe(415);
    }
  }
});
