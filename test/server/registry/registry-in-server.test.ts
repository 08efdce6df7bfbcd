import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../platform.ts';
import { ask } from './registry-harness.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ registryPort: 0 });
});

afterAll(async () => {
  await platform.close();
});

it('the registry of a SQL server has a port of its own, and is on the port of SQL, too', async () => {
  const { url, registryUrl = '' } = platform;
  expect(registryUrl).not.toBe(url);
  const body = { schema: '"int"' };
  expect(await ask(registryUrl, 'POST /subjects/a-value/versions', body)).toMatchObject({ body: { id: 1 } });
  expect(await ask(url, 'GET /subjects/a-value/versions/1')).toMatchObject({
    type: 'application/vnd.schemaregistry.v1+json',
    body: { subject: 'a-value', version: 1, id: 1, schema: '"int"' },
  });
  const refused = { error_code: 404, message: 'HTTP 404 Not Found' };
  expect(await ask(registryUrl, 'GET /info')).toMatchObject({ status: 404, body: refused });
  expect(await ask(url, 'POST /subjects/a/versions', '{')).toMatchObject({
    status: 400,
    body: { error_code: 400 },
  });
});

it('a free port will do where somebody else has the usual one', async () => {
  const port = Number(new URL(platform.registryUrl ?? '').port);
  const taken = await startPlatform({ registryPort: port, registryOrFree: true });
  try {
    expect(taken.registryUrl).not.toBe(platform.registryUrl);
    expect(await ask(taken.registryUrl ?? '', 'GET /subjects')).toMatchObject({ body: [] });
  } finally {
    await taken.close();
  }
  await expect(startPlatform({ registryPort: port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
});
