import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/index.ts';
import { ask, startBroker, startRegistry, type TestRegistry } from './registry-harness.ts';

/** What users say of subjects and schemas beside their texts. */

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-'));
let broker: Broker;
let registry: TestRegistry;

beforeAll(async () => {
  broker = await startBroker(folder);
  registry = await startRegistry(`127.0.0.1:${broker.address.port}`);
});

afterAll(async () => {
  await registry.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (...fields: string[]): string =>
  JSON.stringify({ type: 'record', name: 'R', fields: fields.map((name) => ({ name, type: 'int' })) });
const bodyOf = async (request: string, body?: unknown): Promise<unknown> =>
  (await ask(registry.url, request, body)).body;
const properties = (all: Readonly<Record<string, string>>): object => ({ metadata: { properties: all } });
const refused = (code: number): object => ({ error_code: code });

describe('an alias of a subject', () => {
  it('stands for it, wherever a subject is named', async () => {
    await bodyOf('PUT /config/short', { alias: 'orders-value' });
    const schema = record('a');
    const { id } = (await bodyOf('POST /subjects/short/versions', { schema })) as { readonly id: number };
    const version = { subject: 'orders-value', version: 1, id, schema };
    expect(await bodyOf('GET /subjects')).toEqual(['orders-value']);
    expect(await bodyOf('GET /subjects/short/versions')).toEqual([1]);
    expect(await bodyOf('GET /subjects/short/versions/latest')).toEqual(version);
    expect(await bodyOf('POST /subjects/short', { schema })).toEqual(version);
    expect(await bodyOf(`GET /schemas/ids/${id}?subject=short`)).toEqual({ schema });
    const other = { schema: record('b') };
    expect(await bodyOf('POST /compatibility/subjects/short/versions/1', other)).toEqual({
      is_compatible: false,
    });
    expect(await bodyOf('POST /subjects/short/versions', other)).toMatchObject(refused(409));
    expect(await bodyOf('DELETE /subjects/short/versions/1')).toBe(1);
    expect(await bodyOf('GET /subjects/orders-value/versions')).toMatchObject(refused(40401));
  });

  it('is itself again when it is no alias any more', async () => {
    await bodyOf('PUT /config/again', { alias: 'elsewhere' });
    await bodyOf('DELETE /config/again');
    await bodyOf('POST /subjects/again/versions', { schema: '"int"' });
    expect(await bodyOf('GET /subjects')).toEqual(['again']);
  });
});

describe('properties of metadata', () => {
  it('find the newest version that has all of them', async () => {
    for (const [index, all] of [
      { major: '1', team: 'x' },
      { major: '2', team: 'x' },
      { major: '2' },
    ].entries()) {
      await bodyOf('PUT /config/found', { compatibility: 'NONE' });
      await bodyOf('POST /subjects/found/versions', { schema: record(`f${index}`), ...properties(all) });
    }
    const versionWith = async (query: string): Promise<unknown> =>
      ((await bodyOf(`GET /subjects/found/metadata?${query}`)) as { readonly version?: number }).version;
    expect(await versionWith('')).toBe(3);
    expect(await versionWith('key=major&value=1')).toBe(1);
    expect(await versionWith('key=major&value=2')).toBe(3);
    expect(await versionWith('key=major&value=2&key=team&value=x')).toBe(2);
    expect(await bodyOf('GET /subjects/found/metadata?key=major&value=3')).toMatchObject(refused(40403));
    await bodyOf('DELETE /subjects/found/versions/1');
    expect(await bodyOf('GET /subjects/found/metadata?key=major&value=1')).toMatchObject(refused(40403));
    expect(await versionWith('key=major&value=1&deleted=true')).toBe(1);
  });

  it('are the groups within which schemas have to go with each other', async () => {
    const register = (schema: string, major?: string) =>
      bodyOf('POST /subjects/grouped/versions', {
        schema,
        ...(major === undefined ? {} : properties({ major })),
      });
    await bodyOf('PUT /config/grouped', { compatibility: 'BACKWARD', compatibilityGroup: 'major' });
    const taken = { id: expect.any(Number) as number };
    expect(await register(record('a'), '1')).toEqual(taken);
    // It goes with none of the others: its group is a new one.
    expect(await register(record('b'), '2')).toEqual(taken);
    expect(await register(record('c'))).toEqual(taken);
    expect(await register(record('a', 'c'), '1')).toMatchObject(refused(409));
    expect(await register(record('d'))).toMatchObject(refused(409));
    expect(await register(JSON.stringify({ type: 'record', name: 'R', fields: [] }), '2')).toEqual(taken);
    const checked = { schema: record('a', 'b'), ...properties({ major: '1' }) };
    expect(await bodyOf('POST /compatibility/subjects/grouped/versions', checked)).toEqual({
      is_compatible: false,
    });
  });
});

it('answers what it is within a context, too', async () => {
  for (const what of ['id', 'version']) {
    expect(await bodyOf(`GET /contexts/.ctx/v1/metadata/${what}`)).toEqual(
      await bodyOf(`GET /v1/metadata/${what}`),
    );
  }
});
