import { expect, it } from 'vitest';
import { listProperties } from '../../src/server/config/listed-properties.ts';

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
