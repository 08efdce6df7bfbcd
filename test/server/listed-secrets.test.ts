import { expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/errors.ts';
import { listenerAddress } from '../../src/server/cluster/cluster-parts.ts';
import { listProperties } from '../../src/server/config/listed-properties.ts';
import { BearerTokens } from '../../src/server/security/bearer-tokens.ts';

it('lists no password, token or key that a server was given, and none within a URL', () => {
  const { properties, overwritten } = listProperties({
    'ssl.keystore.password': 'planted-1',
    'ssl.key.password': 'planted-2',
    'ksql.internal.basic.auth.user.info': 'servers:planted-3',
    'ksql.schema.registry.basic.auth.user.info': 'user:planted-4',
    'ksql.schema.registry.bearer.auth.token': 'planted-5',
    'ksql.schema.registry.ssl.keystore.key': 'planted-6',
    'ksql.schema.registry.url': 'https://me:planted-7@one:1,https://me:planted-8@two:2/path',
  });
  expect(JSON.stringify(properties)).not.toContain('planted');
  expect(properties.find(({ name }) => name === 'ksql.schema.registry.url')?.value).toBe(
    'https://one:1,https://two:2/path',
  );
  expect(overwritten).toEqual(['ksql.schema.registry.url']);
});

it.each([
  ['an @', 'https://me:plan@ted@one:1', 'https://one:1'],
  ['a comma', 'https://me:plan,ted@one:1/path', 'https://one:1/path'],
  ['both, twice', 'http://a:plan,@ted@x:1,http://b:ted,plan@y:2', 'http://x:1,http://y:2'],
  ['no password', 'https://one:1,https://two:2', 'https://one:1,https://two:2'],
])('lists a URL without its password that has %s', (_, url, listed) => {
  const { properties } = listProperties({ 'ksql.schema.registry.url': url });
  expect(properties.find(({ name }) => name === 'ksql.schema.registry.url')?.value).toBe(listed);
});

it.each([
  'ksql.functions.cipher.password',
  'ksql.functions.cipher.api.key',
  'ksql.connect.basic.auth.password',
  'ksql.schema.registry.ssl.truststore.password',
  'ksql.streams.producer.sasl.jaas.config',
])('does not list %s, which others than the server read', (name) => {
  const { properties } = listProperties({ [name]: 'planted', 'ksql.functions.cipher.rounds': '3' });
  expect(JSON.stringify(properties)).not.toContain('planted');
  expect(properties.some((property) => property.name === 'ksql.functions.cipher.rounds')).toBe(true);
});

it('has no password of a URL in what it says of wrong ones', () => {
  const texts = [
    told(() => listenerAddress('ksql.internal.listener', 'ftp://me:planted@one:1')),
    told(() => new BearerTokens({ ...TOKENS, jwksUrl: 'ftp://me:planted@one:1/keys' })),
  ];
  for (const text of texts) {
    expect(text).toContain('ftp://one:1');
    expect(text).not.toContain('planted');
  }
});

const TOKENS = {
  ...{ issuer: undefined, audiences: [], nameClaim: 'sub', rolesClaim: 'groups' },
  nowMs: () => 0,
};

/** All that an error says. */
function told(refused: () => unknown): string {
  try {
    refused();
  } catch (error) {
    return error instanceof DiagnosticError ? JSON.stringify(error.diagnostic) : String(error);
  }
  throw new Error('it was taken');
}
