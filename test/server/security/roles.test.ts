import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Json, startPlatform, type TestPlatform } from '../platform.ts';
import { overHttp2 } from '../http/raw-request.ts';

let folder: string;
let platform: TestPlatform;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-roles-'));
  const users = path.join(folder, 'users.properties');
  const jaas = path.join(folder, 'jaas.conf');
  writeFileSync(users, 'reader: r,readers\nwriter: w,writers\nadmin: a,admins\nother: o,others\nnone: n\n');
  writeFileSync(
    jaas,
    `Props { org.eclipse.jetty.jaas.spi.PropertyFileLoginModule required file="${users}"; };`,
  );
  platform = await startPlatform({
    registryPort: 0,
    properties: {
      'authentication.method': 'BASIC',
      'authentication.realm': 'Props',
      'authentication.roles': 'readers,writers,admins,others',
      'authentication.skip.paths': '/info,/v1/*',
      'java.security.auth.login.config': jaas,
      'authorization.read.roles': 'readers',
      'authorization.write.roles': 'writers',
      'authorization.admin.roles': 'admins',
    },
  });
  const made = await send('writer', 'POST', '/ksql', {
    ksql: "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  });
  expect(made).toMatchObject({ status: 200 });
});

afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

const PASSWORDS: Readonly<Record<string, string>> = {
  reader: 'r',
  writer: 'w',
  admin: 'a',
  other: 'o',
  none: 'n',
};

const basic = (user: string, password = PASSWORDS[user] ?? ''): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function send(
  user: string | undefined,
  method: string,
  to: string,
  body?: unknown,
  { registry = false, password }: { readonly registry?: boolean; readonly password?: string } = {},
): Promise<{ readonly status: number; readonly body: Json; readonly challenge: string | null }> {
  const answer = await fetch((registry ? platform.registryUrl : platform.url) + to, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(user === undefined ? {} : { authorization: basic(user, password) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = text.startsWith('{') || text.startsWith('[');
  return {
    status: answer.status,
    body: isJson ? (JSON.parse(text) as Json) : { text },
    challenge: answer.headers.get('www-authenticate'),
  };
}

describe('authentication', () => {
  it('refuses who does not say who it is, or not truly', async () => {
    for (const refused of [
      await send(undefined, 'GET', '/status'),
      await send('reader', 'GET', '/status', undefined, { password: 'w' }),
      await send('nobody', 'GET', '/status', undefined, { password: '' }),
      await send(undefined, 'POST', '/ksql', { ksql: 'SHOW STREAMS;' }),
      await send(undefined, 'POST', '/inserts-stream', {}),
      await send(undefined, 'GET', '/metrics'),
      await send(undefined, 'GET', '/nowhere'),
    ]) {
      expect(refused).toMatchObject({
        status: 401,
        body: { '@type': 'generic_error', error_code: 40100, message: 'Unauthorized' },
        challenge: 'Basic realm="Props"',
      });
    }
    const registry = await send(undefined, 'GET', '/subjects', undefined, { registry: true });
    expect(registry).toMatchObject({ status: 401, challenge: 'Basic realm="Props"' });
  });

  it('asks nobody where a supervisor looks, and where it was told not to', async () => {
    for (const to of ['/healthcheck', '/chc/live', '/info', '/v1/metadata/id']) {
      expect(await send(undefined, 'GET', to), to).toMatchObject({ status: 200 });
    }
  });

  it('asks over HTTP/2 and for WebSockets, too', async () => {
    const request = { port: platform.port, method: 'GET', path: '/status' };
    const headers = { host: 'localhost' };
    expect((await overHttp2({ ...request, headers })).status).toBe(401);
    const known = { ...headers, authorization: basic('reader') };
    expect((await overHttp2({ ...request, headers: known })).status).toBe(200);

    const url = `ws://127.0.0.1:${platform.port}/ws/query?request=${encodeURIComponent('{"ksql": "SHOW STREAMS;"}')}`;
    const status = await new Promise((resolve) => {
      const client = new WebSocket(url);
      client.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      client.on('error', () => undefined);
    });
    expect(status).toBe(401);
    const code = await new Promise((resolve) => {
      new WebSocket(url, { headers: { authorization: basic('reader') } }).on('close', resolve);
    });
    expect(code).toBe(1003);
  });
});

/** Nothing to begin with, for whoever may ask. */
const SELECT = { sql: 'SELECT * FROM nowhere EMIT CHANGES;' };
const sql = (ksql: string) => ['POST', '/ksql', { ksql }] as const;

describe('roles', () => {
  it.each([
    ['read', ['GET', '/status']],
    ['read', sql('SHOW STREAMS; DESCRIBE s;')],
    ['read', ['POST', '/query-stream', SELECT]],
    ['write', sql("INSERT INTO s VALUES ('a', 1);")],
    ['write', sql('SHOW STREAMS; CREATE TYPE t AS INT; DROP TYPE t;')],
    ['write', sql('PAUSE ALL;')],
    ['write', ['POST', '/inserts-stream', { target: 's' }]],
  ] as const)('lets those with the role %s do %j', async (needed, [method, to, body]) => {
    const may = needed === 'read' ? ['reader', 'writer', 'admin'] : ['writer', 'admin'];
    for (const user of ['none', 'other', 'reader', 'writer', 'admin']) {
      const answer = await send(user, method, to, body);
      const allowed = body === SELECT ? 400 : 200;
      expect(answer.status, `${user}: ${JSON.stringify(answer.body)}`).toBe(
        may.includes(user) ? allowed : 403,
      );
      if (!may.includes(user)) expect(answer.body).toMatchObject({ error_code: 40300 });
    }
  });

  it('lets nobody but admins end the service', async () => {
    for (const user of ['none', 'other', 'reader', 'writer']) {
      expect(await send(user, 'POST', '/ksql/terminate', {}), user).toMatchObject({ status: 403 });
    }
  });

  it('names the statement that may not be stated, and runs none of the script', async () => {
    const answer = await send('reader', ...sql('SHOW STREAMS; DROP STREAM s;'));
    expect(answer).toMatchObject({
      status: 403,
      body: {
        '@type': 'statement_error',
        message: 'reader has no role that may state this: it needs one of authorization.write.roles',
        statementText: 'DROP STREAM s;',
        entities: [],
      },
    });
  });

  it.each([true, false])("holds for the registry's requests (on its own port: %s)", async (registry) => {
    const schema = { schema: '"string"' };
    const requests = [
      ['read', 'GET', '/subjects', undefined],
      ['read', 'GET', '/contexts/.a/subjects', undefined],
      ['write', 'POST', '/subjects/x/versions', schema],
      ['read', 'POST', '/subjects/x', schema],
      ['read', 'POST', '/compatibility/subjects/x/versions/latest', schema],
      ['write', 'PUT', '/config/x', { compatibility: 'FULL' }],
      ['admin', 'PUT', '/config', { compatibility: 'FULL' }],
      ['admin', 'PUT', '/contexts/.a/config', { compatibility: 'FULL' }],
      ['admin', 'PUT', '/mode', { mode: 'READWRITE' }],
    ] as const;
    const may = { read: ['reader', 'writer', 'admin'], write: ['writer', 'admin'], admin: ['admin'] };
    for (const [needed, method, to, body] of requests) {
      for (const user of ['other', 'reader', 'writer', 'admin']) {
        const answer = await send(user, method, to, body, { registry });
        const status = may[needed].includes(user) ? 200 : 403;
        expect(answer.status, `${user} ${method} ${to}: ${JSON.stringify(answer.body)}`).toBe(status);
      }
    }
  });

  it.each([true, false])(
    'keeps the rules of all subjects for admins, by whichever name (own port: %s)',
    async (registry) => {
      const bodies = { config: { compatibility: 'NONE' }, mode: { mode: 'READONLY' } };
      const names = [
        '/__GLOBAL',
        '/__EMPTY',
        '/:.:',
        '/%3A.%3A',
        '/:.:__GLOBAL',
        '/%5F_GLOBAL',
        '/:.c:',
        '/:.c:__GLOBAL',
        '/',
      ];
      const before = await send('reader', 'GET', '/config', undefined, { registry });
      for (const kind of ['config', 'mode'] as const) {
        const below = [':.:', '.c'].map((context) => `/contexts/${context}/${kind}/__GLOBAL`);
        for (const to of [...names.map((name) => `/${kind}${name}`), ...below]) {
          for (const method of ['PUT', 'DELETE']) {
            const body = method === 'PUT' ? bodies[kind] : undefined;
            const { status } = await send('writer', method, to, body, { registry });
            expect(status, `${method} ${to}`).toBe(403);
          }
        }
      }
      expect(await send('reader', 'GET', '/config', undefined, { registry })).toEqual(before);
      expect(await send('reader', 'GET', '/mode', undefined, { registry })).toMatchObject({
        body: { mode: 'READWRITE' },
      });
      expect(await send('admin', 'PUT', '/mode/__GLOBAL', { mode: 'READWRITE' }, { registry })).toMatchObject(
        { status: 200 },
      );
    },
  );
});
