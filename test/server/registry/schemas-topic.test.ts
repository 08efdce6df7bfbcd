import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/index.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { ask, startBroker, startRegistry, type TestRegistry } from './registry-harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-'));
let broker: Broker;
let bootstrap = '';
let admin: Admin;
let registry: TestRegistry;

beforeAll(async () => {
  broker = await startBroker(folder);
  bootstrap = `127.0.0.1:${broker.address.port}`;
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
});

afterAll(async () => {
  await admin.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  registry = await startRegistry(bootstrap);
});

afterEach(async () => {
  await registry.close();
  await removeTopic();
});

async function removeTopic(): Promise<void> {
  await admin.deleteTopics(['_schemas']);
  await until(async () => (await admin.describeTopics(['_schemas'], { existingOnly: true })).length === 0);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await nodeEnvironment.timers.sleep(20);
}

const schema = (index: number): string => `{"type":"enum","name":"E${index}","symbols":["A"]}`;
const register = async (index: number, at = registry): Promise<unknown> =>
  (await ask(at.url, `POST /subjects/s${index}/versions`, { schema: schema(index) })).body;

describe('the topic of schemas', () => {
  it('may be deleted: what comes then has other ids, in a topic of the same policy', async () => {
    for (const index of [1, 2, 3]) expect(await register(index)).toEqual({ id: index });
    await removeTopic();
    for (const index of [4, 5, 6, 7]) expect(await register(index)).toEqual({ id: index });
    const all = ['s4', 's5', 's6', 's7'];
    expect((await ask(registry.url, 'GET /subjects')).body).toEqual(all);
    expect((await ask(registry.url, 'GET /schemas/ids/6')).body).toMatchObject({ schema: schema(6) });
    const [settings] = await admin.describeConfigs([{ type: 'topic', name: '_schemas' }]);
    expect(settings?.entries.find(({ name }) => name === 'cleanup.policy')?.value).toBe('compact');
    const other = await startRegistry(bootstrap);
    try {
      expect((await ask(other.url, 'GET /subjects')).body).toEqual(all);
      expect((await ask(other.url, 'GET /schemas/ids/7')).body).toMatchObject({ schema: schema(7) });
    } finally {
      await other.close();
    }
  });

  it('may be made anew by another server, with as many records', async () => {
    for (const index of [1, 2]) await register(index);
    await removeTopic();
    const other = await startRegistry(bootstrap);
    try {
      for (const index of [11, 12, 13]) await register(index, other);
      expect(await register(4)).toEqual({ id: 4 });
      expect((await ask(registry.url, 'GET /subjects')).body).toEqual(['s11', 's12', 's13', 's4']);
      expect(await register(5, other)).toEqual({ id: 5 });
    } finally {
      await other.close();
    }
  });

  it('is noticed by those that only read', async () => {
    await register(1);
    await removeTopic();
    await until(async () => JSON.stringify((await ask(registry.url, 'GET /subjects')).body) === '[]');
    expect(await register(2)).toEqual({ id: 2 });
  });

  it('may begin later than at 0', async () => {
    for (const index of [1, 2, 3]) await register(index);
    // Records of a compacted topic cannot be deleted so.
    const policy = (value: string) =>
      admin.incrementalAlterConfigs([
        { type: 'topic', name: '_schemas', alterations: [{ name: 'cleanup.policy', op: 'set', value }] },
      ]);
    await policy('delete');
    // The first record says who writes.
    await admin.deleteRecords([{ topic: '_schemas', partition: 0, offset: 3 }]);
    await policy('compact');
    const other = await startRegistry(bootstrap);
    try {
      expect((await ask(other.url, 'GET /subjects')).body).toEqual(['s3']);
      expect(await register(4, other)).toEqual({ id: 4 });
    } finally {
      await other.close();
    }
  });

  it.each([
    [{ partitions: 3, configs: { 'cleanup.policy': 'compact' } }, 'should have only 1 partition but has 3'],
    [{ partitions: 1 }, "has to be 'compact'"],
    [{ partitions: 1, configs: { 'cleanup.policy': 'compact,delete' } }, "has to be 'compact'"],
  ])('is refused where it would lose schemas: %j', async (settings, told) => {
    await admin.createTopics([{ name: '_schemas', replicationFactor: 1, ...settings }]);
    const found = await ask(registry.url, 'POST /subjects/s/versions', { schema: '"int"' });
    expect(found).toMatchObject({
      status: 500,
      body: { error_code: 50001, message: expect.stringContaining(told) },
    });
  });
});
