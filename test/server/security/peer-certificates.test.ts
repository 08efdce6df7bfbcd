import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import type { HttpFront } from '../../../src/server/http/front.ts';
import { listen } from '../../../src/server/http/listen.ts';
import { Peers } from '../../../src/server/security/peers.ts';
import { secure } from '../../../src/server/security/secure.ts';
import { internalTlsOf } from '../../../src/server/security/tls-options.ts';
import { overHttp2 } from '../http/raw-request.ts';
import { startPlatform } from '../platform.ts';

const certificates = path.join(import.meta.dirname, 'certificates');
const fileOf = (name: string): string => path.join(certificates, name);
const ca = readFileSync(fileOf('ca.pem'));
const keyOf = (name: string): https.RequestOptions => ({
  key: readFileSync(fileOf(name)),
  cert: readFileSync(fileOf(name)),
});

const REQUIRED = {
  'ssl.keystore.location': fileOf('server.pem'),
  'ssl.truststore.location': fileOf('ca.pem'),
  'ksql.internal.listener': 'https://127.0.0.1:0',
  'ksql.internal.ssl.client.authentication': 'REQUIRED',
};

const open: HttpFront[] = [];

afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

/** A listener whose one path says whether a server asks. */
async function serve(
  properties: Readonly<Record<string, string>>,
  { isInternal = true, asksAll = true }: { readonly isInternal?: boolean; readonly asksAll?: boolean } = {},
): Promise<string> {
  const settings = serverConfig(properties);
  const peers = Peers.of(settings);
  const { front, url } = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      settings,
      // Without asksAll, connections come through that the listener should have refused.
      tls: { ...internalTlsOf(settings), ...(asksAll ? {} : { rejectUnauthorized: false }) },
      addTo: (app) => {
        secure(app, { security: undefined, peers, isInternal });
        app.get('/', (request, reply) => reply.send(request.isPeer ? 'a server' : 'a client'));
      },
    },
  );
  open.push(front);
  return url;
}

/** What the listener says; undefined where the connection is refused. */
function ask(url: string, options: https.RequestOptions = {}): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = https.get(url, { ca, agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    request.on('error', () => resolve(undefined));
  });
}

async function askOverHttp2(url: string, { key, cert }: https.RequestOptions): Promise<string> {
  const port = Number(new URL(url).port);
  const tls = { ca, key, cert };
  return (await overHttp2({ port, method: 'GET', path: '/', headers: {}, tls })).body;
}

describe('a listener for servers that show certificates', () => {
  it('takes whoever shows one of their authority for a server, and refuses all others', async () => {
    const url = await serve(REQUIRED);
    expect(await ask(url, keyOf('client.pem'))).toBe('a server');
    expect(await askOverHttp2(url, keyOf('client.pem'))).toBe('a server');
    expect(await ask(url)).toBeUndefined();
    expect(await ask(url, keyOf('stranger.pem'))).toBeUndefined();
  });

  it('looks at what the connection has shown, not at what was set', async () => {
    const url = await serve(REQUIRED, { asksAll: false });
    expect(await ask(url, keyOf('client.pem'))).toBe('a server');
    expect(await ask(url)).toBe('a client');
    expect(await askOverHttp2(url, {})).toBe('a client');
  });

  it('is the only one where they prove anything', async () => {
    const url = await serve(REQUIRED, { isInternal: false });
    expect(await ask(url, keyOf('client.pem'))).toBe('a client');
  });

  it.each([
    [
      'without a listener of their own',
      'ksql.internal.listener',
      undefined,
      /REQUIRED needs ksql\.internal\.listener$/,
    ],
    [
      'at a listener of http',
      'ksql.internal.listener',
      'http://127.0.0.1:0',
      /needs ksql\.internal\.listener to be https/,
    ],
    ['without an authority', 'ssl.truststore.location', undefined, /needs ssl\.truststore\.location/],
  ])('is refused %s, before the server starts', async (_, name, value, message) => {
    const { [name]: _left, ...others }: Readonly<Record<string, string>> = REQUIRED;
    const properties = value === undefined ? others : { ...others, [name]: value };
    const started = startPlatform({ properties });
    await expect(started.then((platform) => platform.close())).rejects.toThrow(message);
  });
});
