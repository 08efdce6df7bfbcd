import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/index.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { httpExchange, RegistryClient } from '../../../src/registry/index.ts';
import { RegistryError, type SchemaRegistryClient } from '../../../src/serde/index.ts';
import { EmbeddedRegistryClient } from '../../../src/server/registry/embedded-client.ts';
import { withRegistryErrors } from '../../../src/streams/registry-answers.ts';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import { outsideAccess } from '../../../src/server/registry/outside-access.ts';
import { startBroker, startRegistry, type TestRegistry } from './registry-harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-'));
const http = httpExchange({ timeoutMs: 30_000 });
let broker: Broker;
let registry: TestRegistry;

beforeAll(async () => {
  broker = await startBroker(folder);
  registry = await startRegistry(`127.0.0.1:${broker.address.port}`);
});

afterAll(async () => {
  http.close();
  await registry.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const clientOf = (...urls: string[]): SchemaRegistryClient =>
  withRegistryErrors(
    new RegistryClient({ exchange: http.exchange, urls, timers: nodeEnvironment.timers, backoffMs: 1 }),
  );

const basic = (credentials: string): string => Buffer.from(credentials).toString('base64');

/** Of `localhost`, by itself. */
function newCertificate(): { readonly key: string; readonly cert: string } {
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

const outcome = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'not refused',
    (error: unknown) => (error instanceof RegistryError ? [error.code, error.retriable] : error),
  );

describe.each([
  [
    'in this process',
    (): SchemaRegistryClient =>
      withRegistryErrors(new EmbeddedRegistryClient(registry.service, nodeEnvironment.timers)),
    'a',
  ],
  ['by its URL', (): SchemaRegistryClient => clientOf(registry.url), 'b'],
])('a registry %s', (_name, make, prefix) => {
  it('reads, writes and deletes the subject that an alias stands for', async () => {
    const client = make();
    const [subject, alias] = [`${prefix}-meant`, `${prefix}-alias`];
    const set = await fetch(`${registry.url}/config/${alias}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ alias: subject }),
    });
    expect(set.status).toBe(200);
    const schema = { type: 'AVRO', schema: '"double"', references: [] } as const;
    const { id } = await client.register(alias, schema);
    expect((await client.subjects()).filter((one) => one === subject || one === alias)).toEqual([subject]);
    expect(await client.latest(alias)).toMatchObject({ id });
    expect((await client.versions(alias)).map((version) => version.id)).toEqual([id]);
    expect(await client.lookup(alias, schema)).toMatchObject({ id });
    await client.deleteSubject(alias);
    expect(await client.latest(subject)).toBeUndefined();
  });

  it('does what SQL asks of it', async () => {
    const client = make();
    const address = `{"type":"record","name":"Address${prefix}","fields":[]}`;
    const person = `{"type":"record","name":"Person${prefix}","fields":[{"name":"at","type":"Address${prefix}"}]}`;
    const used = { type: 'AVRO', schema: address, references: [] } as const;
    const reference = { name: `Address${prefix}`, subject: `${prefix}-address`, version: 1 };
    const using = { type: 'AVRO', schema: person, references: [reference] } as const;
    const dependencies = [{ name: `Address${prefix}`, schema: address }];

    const first = await client.register(`${prefix}-address`, used);
    expect(first).toEqual({ ...used, id: first.id, dependencies: [] });
    const second = await client.register(`${prefix}-person`, using);
    expect(second).toEqual({ ...using, id: first.id + 1, dependencies });
    expect(await client.register(`${prefix}-person`, using)).toEqual(second);
    expect(await client.byId(second.id)).toMatchObject(second);
    const place = { ...second, subject: `${prefix}-person`, version: 1 };
    expect(await client.latest(`${prefix}-person`)).toEqual(place);
    expect(await client.versions(`${prefix}-person`)).toEqual([place]);
    expect(await client.versions(`${prefix}-none`)).toEqual([]);
    expect(await client.lookup(`${prefix}-person`, using)).toEqual(place);
    expect(await client.lookup(`${prefix}-person`, used)).toBeUndefined();
    expect(await client.lookup(`${prefix}-none`, used)).toBeUndefined();
    expect(await client.latest(`${prefix}-none`)).toBeUndefined();
    expect(await client.byId(999)).toBeUndefined();
    expect(await client.subjects()).toEqual(
      expect.arrayContaining([`${prefix}-address`, `${prefix}-person`]),
    );
    const proto = { type: 'PROTOBUF', schema: 'syntax = "proto3"; message M {}', references: [] } as const;
    await client.register(`${prefix}-proto`, proto);
    expect((await client.latest(`${prefix}-proto`))?.type).toBe('PROTOBUF');
  });

  it('refuses with codes', async () => {
    const client = make();
    const avro = (schema: string) => ({ type: 'AVRO', schema, references: [] }) as const;
    await client.register(`${prefix}-int`, avro('"int"'));
    expect(await outcome(client.register(`${prefix}-int`, avro('"string"')))).toEqual([409, false]);
    expect(await outcome(client.register(`${prefix}-int`, avro('"strnig"')))).toEqual([42201, false]);
  });
});

describe('a registry elsewhere', () => {
  it('is given credentials, and asked for what never changes once', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.setHeader('content-type', 'application/json');
      response.end('{"schema":"\\"int\\"","maxId":3}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const client = clientOf(`http://me:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const answers = await Promise.all([client.byId(3), client.byId(3), client.byId(3)]);
      expect(answers[2]).toEqual({ id: 3, type: 'AVRO', schema: '"int"', references: [], dependencies: [] });
      expect(await client.byId(3)).toEqual(answers[0]);
      expect(asked).toEqual([`GET /schemas/ids/3 Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each([
    [
      { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'me:p@ss' },
      `Basic ${basic('me:p@ss')}`,
    ],
    [{ 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 'abc' }, 'Bearer abc'],
    // Those within the URL are others, or none.
    [{ 'basic.auth.user.info': 'me:p@ss' }, undefined],
  ])('is asked over TLS with the credentials of settings: %j', async (given, authorization) => {
    const keys = newCertificate();
    const seen: unknown[] = [];
    const server = createSecureServer(keys, (request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end('{"schema":"\\"int\\""}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const ask = async (properties: Readonly<Record<string, string>>): Promise<unknown> => {
      const settings = serverConfig(
        Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [`ksql.schema.registry.${name}`, value]),
        ),
      );
      const access = outsideAccess(settings, nodeEnvironment.disk);
      const secure = httpExchange({ timeoutMs: 30_000, ...access });
      const { timers } = nodeEnvironment;
      const client = new RegistryClient({ exchange: secure.exchange, urls: [url], timers, attemptsMax: 1 });
      return client.byId(1).finally(() => secure.close());
    };
    const truststore = path.join(folder, 'trusted.pem');
    writeFileSync(truststore, keys.cert);
    try {
      await expect(ask({ ...given })).rejects.toThrow('does not answer');
      expect(seen).toEqual([]);
      expect(await ask({ ...given, 'ssl.truststore.location': truststore })).toMatchObject({
        schema: '"int"',
      });
      expect(await ask({ ...given, 'ssl.truststore.certificates': keys.cert })).toMatchObject({ id: 1 });
      expect(seen).toEqual([authorization, authorization]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is not asked where its settings are no good', () => {
    const access = (properties: Readonly<Record<string, string>>): unknown =>
      outsideAccess(serverConfig(properties), nodeEnvironment.disk);
    const prefix = 'ksql.schema.registry.';
    expect(() => access({ [`${prefix}basic.auth.credentials.source`]: 'USER_INFO' })).toThrow(
      `${prefix}basic.auth.user.info is not set`,
    );
    expect(() => access({ [`${prefix}ssl.truststore.location`]: path.join(folder, 'none') })).toThrow(
      `${prefix}ssl.truststore.location`,
    );
    const store = path.join(folder, 'store.jks');
    writeFileSync(store, Buffer.from([0xfe, 0xed, 0xfe, 0xed]));
    expect(() => access({ [`${prefix}ssl.truststore.location`]: store })).toThrow('is not in PEM');
  });

  it('is another server of it where one does not answer, and an error that may pass where none does', async () => {
    const nobody = 'http://127.0.0.1:1';
    expect(await clientOf(nobody, registry.url).subjects()).toBeInstanceOf(Array);
    expect(await outcome(clientOf(nobody).subjects())).toEqual([503, true]);
    // Whoever is told of it need not know the password.
    await expect(clientOf('http://me:p%40ss@127.0.0.1:1').subjects()).rejects.toThrow(
      'the schema registry at http://127.0.0.1:1 does not answer',
    );
  });
});
