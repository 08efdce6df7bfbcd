import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Producer } from '../../../src/client/index.ts';
import { eventually, type Json } from '../platform.ts';
import { startService, type TestService } from './services.ts';

const certificates = path.join(import.meta.dirname, '..', 'security', 'certificates');
const ca = readFileSync(path.join(certificates, 'ca.pem'));
const SERVERS = 'servers:kept-among-servers';
const KEYS = Array.from({ length: 20 }, (_, i) => `k${i}`);

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-secured-'));
  const users = path.join(folder, 'users.properties');
  writeFileSync(users, 'reader: r,readers\nwriter: w,writers\n');
  service = await startService({
    servers: 2,
    properties: {
      'ssl.keystore.location': path.join(certificates, 'server.pem'),
      'ssl.truststore.location': path.join(certificates, 'ca.pem'),
      'authentication.method': 'BASIC',
      'authentication.users.file': users,
      'authorization.read.roles': 'readers',
      'authorization.write.roles': 'writers',
      'authorization.admin.roles': 'nobody',
      'ksql.internal.basic.auth.user.info': SERVERS,
      'ksql.lag.reporting.enable': 'true',
    },
  });
  const made = await send('writer:w', first(), '/ksql', {
    ksql: `
      CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);
      CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  const producer = new Producer({ bootstrapServers: service.platform.bootstrap });
  for (const key of KEYS) producer.send({ topic: 's', key, value: '{"V":1}' });
  await producer.flush();
  await producer.close();
});

afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const first = (): string => service.urls[0] ?? '';

/** Sends JSON over TLS as a user. */
function send(
  userInfo: string,
  url: string,
  to: string,
  body?: Json,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const authorization = `Basic ${Buffer.from(userInfo).toString('base64')}`;
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${url}${to}`,
      { ca, agent: false, method, headers: { authorization } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as unknown }),
        );
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Rows of a pull query; undefined while it is not answered. */
async function select(url: string, ksql: string, more: Json = {}): Promise<unknown[] | undefined> {
  const { status, body } = await send('reader:r', url, '/query', { ksql, ...more });
  if (status !== 200 || !Array.isArray(body)) return undefined;
  const messages = body as readonly { readonly row?: { readonly columns: unknown } }[];
  return messages.flatMap(({ row }) => (row === undefined ? [] : [row.columns]));
}

describe('servers over TLS whose users have to say who they are', () => {
  it('answer for each other: rows, statements, heartbeats and lags', async () => {
    for (const url of service.urls) {
      const rows = await eventually(async () => {
        const all = await select(url, 'SELECT k FROM t;');
        return all?.length === KEYS.length ? all : undefined;
      });
      expect(rows.map(String).toSorted()).toEqual(KEYS.toSorted());
    }
    // Each of them runs a part of it: neither has all rows itself.
    await eventually(async () => {
      const { body } = await send('reader:r', first(), '/ksql', { ksql: 'SHOW QUERIES;' });
      return JSON.stringify(body).includes('"statusCount":{"RUNNING":2}') ? true : undefined;
    });
    await eventually(async () => {
      const { body } = await send('reader:r', first(), '/clusterStatus');
      const { clusterStatus } = body as {
        clusterStatus: Record<string, { hostAlive: boolean; hostStoreLags: { updateTimeMs: number } }>;
      };
      const hosts = Object.values(clusterStatus);
      const all = hosts.filter(({ hostAlive, hostStoreLags }) => hostAlive && hostStoreLags.updateTimeMs > 0);
      return all.length === 2 ? true : undefined;
    });
  });

  it('refuse what only they ask each other, from users, and from whoever shows a wrong password', async () => {
    const ask = (userInfo: string, properties: Json) =>
      send(userInfo, first(), '/query', { ksql: 'SELECT k FROM t;', requestProperties: properties });
    for (const properties of [
      { 'request.ksql.query.pull.skip.forwarding': true },
      { 'request.ksql.query.pull.partition': '0' },
      { 'request.ksql.internal.request': true },
    ]) {
      expect(await ask('reader:r', properties)).toMatchObject({ status: 400, body: { error_code: 40_005 } });
      expect(await ask('servers:another', properties)).toMatchObject({ status: 401 });
      // It may not have all of the rows, and says so.
      expect([200, 503]).toContain((await ask(SERVERS, properties)).status);
    }
    const beat = { hostInfo: { host: 'nobody', port: 1 }, timestamp: 1 };
    expect((await send('writer:w', first(), '/heartbeat', beat)).status).toBe(400);
    expect((await send(SERVERS, first(), '/heartbeat', beat)).status).toBe(200);
  });

  it('let whoever has their password look, and change nothing', async () => {
    const say = (ksql: string) => send(SERVERS, first(), '/ksql', { ksql });
    expect((await say('SHOW TABLES;')).status).toBe(200);
    expect((await say('DROP TABLE t;')).status).toBe(403);
    expect((await send(SERVERS, first(), '/ksql/terminate', {})).status).toBe(403);
  });

  it('tell nobody what they show each other', async () => {
    const { body } = await send('reader:r', first(), '/ksql', { ksql: 'SHOW PROPERTIES;' });
    expect(JSON.stringify(body)).toContain('ssl.keystore.location');
    expect(JSON.stringify(body)).not.toContain('kept-among-servers');
  });
});
