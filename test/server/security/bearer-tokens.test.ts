import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BearerTokens } from '../../../src/server/security/bearer-tokens.ts';
import { startPlatform, type TestPlatform } from '../platform.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const NOW_S = Math.floor(Date.now() / 1000);

let keys: Keys;
let others: Keys;
let jwks: readonly JWK[];
let issuer: http.Server;
let isAway = false;
let asked = 0;
let url: string;

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  others = await generateKeyPair('ES256', { extractable: true });
  jwks = [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }];
  issuer = http.createServer((_request, response) => {
    asked += 1;
    response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: jwks }));
  });
  await new Promise<void>((listening) => issuer.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
});

afterAll(async () => {
  issuer.closeAllConnections();
  await new Promise((closed) => issuer.close(closed));
});

function token(claims: Readonly<Record<string, unknown>>, by: Keys = keys): Promise<string> {
  return new SignJWT({
    iss: 'me',
    aud: ['ksql'],
    sub: 'ann',
    exp: NOW_S + 600,
    groups: ['writers'],
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(by.privateKey);
}

const tokens = (nowMs: () => number = () => NOW_S * 1000): BearerTokens =>
  new BearerTokens({
    jwksUrl: url,
    issuer: 'me',
    audiences: ['ksql', 'other'],
    nameClaim: 'sub',
    rolesClaim: 'groups',
    nowMs,
  });

it('knows who a token is of', async () => {
  const known = tokens();
  const ann = { name: 'ann', roles: ['writers'] };
  const text = await token({});
  expect(await known.find(text)).toEqual(ann);
  const before = asked;
  // Of one that is known nobody is asked, and there is nothing to wait for.
  expect(known.find(text)).toEqual(ann);
  expect(asked).toBe(before);
  expect(await known.find(await token({ groups: 'a b' }))).toEqual({ name: 'ann', roles: ['a', 'b'] });
  expect(await known.find(await token({ groups: undefined }))).toEqual({ name: 'ann', roles: [] });
});

it('takes none that is not right', async () => {
  const known = tokens();
  const [head = '', body = '', signature = ''] = (await token({})).split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const wrong = [
    await token({}, others),
    await token({ iss: 'you' }),
    await token({ aud: 'elsewhere' }),
    await token({ exp: NOW_S - 600 }),
    await token({ exp: undefined }),
    await token({ nbf: NOW_S + 600 }),
    await token({ sub: '' }),
    await token({ sub: 7 }),
    `${none}.${body}.`,
    `${head}.${Buffer.from('{"sub":"root"}').toString('base64url')}.${signature}`,
    'nonsense',
    '',
  ];
  for (const text of wrong) expect(await known.find(text), text).toBeUndefined();
});

it('forgets a token when its time is over', async () => {
  let now = NOW_S * 1000;
  const known = tokens(() => now);
  const text = await token({});
  expect(await known.find(text)).toBeDefined();
  now += 700_000;
  expect(await known.find(text)).toBeUndefined();
});

it('says where the keys cannot be read', async () => {
  isAway = true;
  try {
    await expect(tokens().find(await token({}))).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
      retriable: true,
    });
  } finally {
    isAway = false;
  }
  expect(() => new BearerTokens({ ...options('file:///nowhere.json') })).toThrow('cannot be used');
  expect(() => new BearerTokens({ ...options('ftp://nowhere') })).toThrow('of https, http or file');
  expect(() => new BearerTokens({ ...options('nowhere') })).toThrow('it is no URL');
});

const options = (jwksUrl: string) => ({
  ...{ jwksUrl, issuer: undefined, audiences: [], nameClaim: 'sub', rolesClaim: 'groups' },
  nowMs: () => 0,
});

it('lets in who sends a token', async () => {
  const platform: TestPlatform = await startPlatform({
    properties: {
      'authentication.method': 'BEARER',
      'oauthbearer.jwks.endpoint.url': url,
      'oauthbearer.expected.issuer': 'me',
      'authorization.write.roles': 'writers',
      'authorization.admin.roles': 'admins',
    },
  });
  const state = async (ksql: string, authorization: string): Promise<number> => {
    const answer = await fetch(`${platform.url}/ksql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ ksql }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  try {
    const writer = `Bearer ${await token({})}`;
    const reader = `bearer ${await token({ groups: [] })}`;
    expect(await state('CREATE TYPE a AS INT;', writer)).toBe(200);
    expect(await state('SHOW TYPES;', reader)).toBe(200);
    expect(await state('CREATE TYPE b AS INT;', reader)).toBe(403);
    expect(await state('SHOW TYPES;', `Basic ${Buffer.from('ann:').toString('base64')}`)).toBe(401);
    const unknown = await fetch(`${platform.url}/status`);
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer realm="KsqlServer-Props"');
  } finally {
    await platform.close();
  }
});
