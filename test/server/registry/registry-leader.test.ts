import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/index.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { ask, startBroker, startRegistry, type TestRegistry } from './registry-harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-'));
let broker: Broker;
let bootstrap = '';
const running = new Set<TestRegistry>();

beforeAll(async () => {
  broker = await startBroker(folder, {
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
  });
  bootstrap = `127.0.0.1:${broker.address.port}`;
});

afterAll(async () => {
  for (const registry of running) await registry.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(...options: Parameters<typeof startRegistry> extends [string, ...infer R] ? R : never) {
  const registry = await startRegistry(bootstrap, ...options);
  running.add(registry);
  return registry;
}

async function stop(registry: TestRegistry): Promise<void> {
  running.delete(registry);
  await registry.close();
}

const schemaOf = (name: string): string => `{"type":"enum","name":"${name}","symbols":["A"]}`;

/** What was acknowledged. */
interface Acknowledged {
  /** A subject that all clients register in; each of them has others for itself. */
  readonly shared: string;
  /** By the names of schemas. */
  readonly ids: Map<string, number>;
}

/** Registers schemas one after the other, each until it is acknowledged; those who refuse with a failure of theirs are asked again. */
async function registerAll(
  names: readonly string[],
  registryFor: (index: number) => TestRegistry,
  acknowledged: Acknowledged,
): Promise<void> {
  for (const [index, name] of names.entries()) {
    for (;;) {
      const subject = index % 2 === 0 ? acknowledged.shared : name;
      const request = `POST /subjects/${subject}/versions`;
      const answer = await ask(registryFor(index).url, request, { schema: schemaOf(name) }).catch(
        () => undefined,
      );
      if (answer?.status === 200) {
        acknowledged.ids.set(name, (answer.body as { readonly id: number }).id);
        break;
      }
      if (answer !== undefined) expect(answer.status, answer.text).toBeGreaterThanOrEqual(500);
      await nodeEnvironment.timers.sleep(20);
    }
  }
}

/** Checks, at a registry that reads all anew, that ids and versions are of one schema each, and that nothing acknowledged is lost. */
async function expectKept({ shared, ids }: Acknowledged): Promise<void> {
  expect(new Set(ids.values()).size).toBe(ids.size);
  const reader = await start();
  for (const [name, id] of ids) {
    expect((await ask(reader.url, `GET /schemas/ids/${id}`)).body).toEqual({ schema: schemaOf(name) });
  }
  const versions = (await ask(reader.url, `GET /schemas?subjectPrefix=${shared}`)).body as readonly {
    readonly version: number;
    readonly schema: string;
  }[];
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_one, index) => index + 1));
  const acknowledged = new Set([...ids.keys()].map(schemaOf));
  expect(new Set(versions.map(({ schema }) => schema)).size).toBe(versions.length);
  expect(versions.filter(({ schema }) => !acknowledged.has(schema))).toEqual([]);
  await stop(reader);
}

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_one, index) => `${prefix}${index}`);

describe('several registries over one topic', () => {
  it('never give an id or a version twice, also where each of them believes that it leads', async () => {
    const both = [await start(), await start()];
    await ask(both[0]?.url ?? '', 'PUT /config', { compatibility: 'NONE' });
    const acknowledged: Acknowledged = { shared: 'both', ids: new Map() };
    await Promise.all(
      both.map((registry, index) => registerAll(names(`Both${index}_`, 12), () => registry, acknowledged)),
    );
    expect(acknowledged.ids.size).toBe(24);
    for (const registry of both) await stop(registry);
    await expectKept(acknowledged);
  });

  it('write through one of them, and go on when it ends', async () => {
    const group = { groupId: 'three', heartbeatIntervalMs: 100, sessionTimeoutMs: 1_000 };
    const three = [
      await start({ group, isAdvertised: true }),
      await start({ group, isAdvertised: true }),
      await start({ group, isAdvertised: true }),
    ];
    const acknowledged: Acknowledged = { shared: 'three', ids: new Map() };
    await registerAll(names('First', 3), (index) => three[index] ?? unexpected(), acknowledged);
    const leaders = () => three.filter(({ service }) => service.isLeader);
    // All of them have joined by now; rounds go on until all are in one.
    while (leaders().length !== 1) await nodeEnvironment.timers.sleep(20);
    const [leader] = leaders();
    const others = three.filter((registry) => registry !== leader);
    const working = Promise.all(
      [0, 1, 2].map((client) =>
        registerAll(
          names(`Client${client}_`, 15),
          (index) => others[(client + index) % others.length] ?? unexpected(),
          acknowledged,
        ),
      ),
    );
    while (acknowledged.ids.size < 15) await nodeEnvironment.timers.sleep(5);
    if (leader !== undefined) await stop(leader);
    await working;
    expect(acknowledged.ids.size).toBe(48);
    expect(others.filter(({ service }) => service.isLeader)).toHaveLength(1);
    for (const registry of others) await stop(registry);
    await expectKept(acknowledged);
  });

  it('put a leader that was killed out of their group, and do not wait for the end of its session', async () => {
    const main = path.join(import.meta.dirname, 'leader-main.ts');
    const leader = spawn(process.execPath, [...typescriptFlags, main, bootstrap, 'killed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(leader.stdout, 'data');
      const group = { groupId: 'killed', heartbeatIntervalMs: 100, sessionTimeoutMs: 1_000 };
      const registry = await start({ group, isAdvertised: true });
      expect(await registry.service.leader()).toMatchObject({ url: 'http://127.0.0.1:1' });
      leader.kill('SIGKILL');
      await once(leader, 'exit');
      const registered = await ask(registry.url, 'POST /subjects/killed/versions', { schema: '"int"' });
      expect([registered.status, registered.text]).toEqual([200, expect.stringContaining('"id"')]);
      expect(registry.service.isLeader).toBe(true);
      await stop(registry);
    } finally {
      leader.kill('SIGKILL');
    }
  });

  it('answer what was written through another one', async () => {
    const group = { groupId: 'two', heartbeatIntervalMs: 100, sessionTimeoutMs: 1_000 };
    const two = [
      await start({ group, isAdvertised: true }),
      await start({ group, isAdvertised: true }),
    ] as const;
    for (const [index, registry] of two.entries()) {
      const { body } = await ask(registry.url, 'PUT /config/two', { compatibility: 'FULL' });
      expect(body).toEqual({ compatibility: 'FULL' });
      const registered = await ask(registry.url, 'POST /subjects/two/versions', {
        schema: schemaOf(`Two${index}`),
      });
      const refused = registered.status === 200 ? [] : [registered];
      // The second one is no enum of the same name.
      expect(refused.map(({ status }) => status)).toEqual(index === 0 ? [] : [409]);
      expect((await ask(registry.url, 'GET /config/two')).body).toEqual({ compatibilityLevel: 'FULL' });
      expect((await ask(registry.url, 'GET /subjects/two/versions')).body).toEqual([1]);
    }
    const deleted = await ask(two[1].url, 'DELETE /subjects/two/versions/1');
    expect([deleted.status, deleted.body, deleted.type]).toEqual([
      200,
      1,
      'application/vnd.schemaregistry.v1+json',
    ]);
    expect((await ask(two[1].url, 'GET /subjects/two/versions')).status).toBe(404);
    for (const registry of two) await stop(registry);
  });

  it('have nobody who writes where none of them may', async () => {
    const group = { groupId: 'none', heartbeatIntervalMs: 100, sessionTimeoutMs: 1_000 };
    const registry = await start({
      group,
      isAdvertised: true,
      properties: { 'leader.eligibility': 'false' },
    });
    const refused = await ask(registry.url, 'POST /subjects/none/versions', { schema: '"int"' });
    expect(refused).toMatchObject({ status: 500, body: { error_code: 50004 } });
    expect((await ask(registry.url, 'GET /subjects/none/versions')).status).toBe(404);
    await stop(registry);
  });
});

function unexpected(): never {
  throw new Error('there is no such registry');
}
