import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import type { HttpFront } from '../../../src/server/http/front.ts';
import { listen } from '../../../src/server/http/listen.ts';
import { tlsOptionsOf } from '../../../src/server/security/tls-options.ts';
import { overHttp2 } from '../http/raw-request.ts';
import { startPlatform } from '../platform.ts';

const certificates = path.join(import.meta.dirname, 'certificates');
const fileOf = (name: string): string => path.join(certificates, name);
const ca = readFileSync(fileOf('ca.pem'));

const open: HttpFront[] = [];

afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

/** A listener with these settings, whose one path says the version of HTTP. */
async function serve(properties: Readonly<Record<string, string>>): Promise<string> {
  const settings = serverConfig(properties);
  const { front, url } = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      settings,
      tls: tlsOptionsOf(settings, undefined),
      addTo: (app) => app.get('/', ({ raw }, reply) => reply.send(raw.httpVersion)),
    },
  );
  open.push(front);
  return url;
}

/** The status, or the code of the error that the connection has ended with. */
function get(url: string, options: https.RequestOptions = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const request = https.get(url, { ca, agent: false, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

async function versionOverHttp2(url: string): Promise<string> {
  const port = Number(new URL(url).port);
  return (await overHttp2({ port, method: 'GET', path: '/', headers: {}, tls: { ca } })).body;
}

describe('TLS', () => {
  it.each([
    ['PEM', { 'ssl.keystore.location': fileOf('server.pem') }],
    ['PKCS12', { 'ssl.keystore.location': fileOf('server.p12'), 'ssl.keystore.password': 'keep-safe' }],
    [
      'PEM with a password',
      { 'ssl.keystore.location': fileOf('server-encrypted.pem'), 'ssl.key.password': 'keep-safe' },
    ],
  ])('is spoken by a keystore of %s', async (_, properties) => {
    const url = await serve(properties);
    expect(await get(url)).toBe(200);
    expect(await versionOverHttp2(url)).toBe('2.0');
    // What speaks no TLS is cut off, and whoever does not know the authority does not speak to it.
    await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
    expect(await get(url, { ca: readFileSync(fileOf('stranger.pem')) })).not.toBe(200);
  });

  it('asks clients for a certificate where that is required', async () => {
    const trusting = {
      'ssl.keystore.location': fileOf('server.pem'),
      'ssl.truststore.location': fileOf('ca.pem'),
    };
    const client = readFileSync(fileOf('client.pem'));
    const stranger = readFileSync(fileOf('stranger.pem'));
    const required = await serve({ ...trusting, 'ssl.client.authentication': 'REQUIRED' });
    expect(await get(required, { key: client, cert: client })).toBe(200);
    expect(await get(required)).not.toBe(200);
    expect(await get(required, { key: stranger, cert: stranger })).not.toBe(200);
    const older = await serve({ ...trusting, 'ssl.client.auth': 'true' });
    expect(await get(older)).not.toBe(200);
    const requested = await serve({ ...trusting, 'ssl.client.authentication': 'REQUESTED' });
    expect(await get(requested)).toBe(200);
    expect(await get(requested, { key: stranger, cert: stranger })).not.toBe(200);
  });

  it('speaks the versions that are enabled', async () => {
    const url = await serve({
      'ssl.keystore.location': fileOf('server.pem'),
      'ssl.enabled.protocols': 'TLSv1.3',
    });
    expect(await get(url, { maxVersion: 'TLSv1.2' })).not.toBe(200);
    expect(await get(url, { minVersion: 'TLSv1.3' })).toBe(200);
  });

  it('closes connections that are in the middle of their handshakes', async () => {
    const url = new URL(await serve({ 'ssl.keystore.location': fileOf('server.pem') }));
    const raw = net.connect(Number(url.port), '127.0.0.1');
    raw.on('error', () => undefined);
    await new Promise<void>((resolve) => raw.once('connect', resolve));
    const closed = new Promise((resolve) => raw.once('close', resolve));
    for (const front of open.splice(0)) await front.close();
    await closed;
  });

  it.each([
    ['no such file', () => fileOf('nowhere.pem'), 'cannot read'],
    ['a wrong password', () => fileOf('server.p12'), 'cannot be used'],
    ['certificates alone', () => fileOf('ca.pem'), 'cannot be used'],
    ['an old format', () => jks(), "Java's old format, JKS"],
  ])('refuses %s', (_, location, message) => {
    const settings = serverConfig({ 'ssl.keystore.location': location() });
    expect(() => tlsOptionsOf(settings, undefined)).toThrow(message);
  });

  it('goes by the scheme of the listener', () => {
    const keyed = serverConfig({ 'ssl.keystore.location': fileOf('server.pem') });
    expect(tlsOptionsOf(keyed, 'http')).toBeUndefined();
    expect(tlsOptionsOf(keyed, 'https')).toBeDefined();
    expect(tlsOptionsOf(serverConfig({}), undefined)).toBeUndefined();
    expect(() => tlsOptionsOf(serverConfig({}), 'https')).toThrow('needs a key and a certificate');
  });

  it('is on both ports of a server, and under WebSockets', async () => {
    const platform = await startPlatform({
      registryPort: 0,
      properties: { 'ssl.keystore.location': fileOf('server.pem') },
    });
    try {
      expect(await get(`${platform.url}/info`)).toBe(200);
      expect(await get(`${platform.registryUrl}/subjects`)).toBe(200);
      const code = await new Promise((resolve, reject) => {
        const client = new WebSocket(`${platform.url.replace('https', 'wss')}/ws/query`, { ca });
        client.on('error', reject);
        client.on('close', resolve);
      });
      expect(code).toBe(1003);
    } finally {
      await platform.close();
    }
  });
});

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function jks(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-jks-'));
  folders.push(folder);
  const file = path.join(folder, 'server.jks');
  writeFileSync(file, Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]));
  return file;
}
