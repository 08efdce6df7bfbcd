import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock, Timers } from '../../../src/base/environment.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import {
  type RestoreProgress,
  StreamsFailure,
  ThreadedStreamsApp,
  type ThreadedStreamsAppOptions,
  ThreadedStreamsHost,
} from '../../../src/streams/index.ts';
import { createTopics, produce } from '../runtime/app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from '../runtime/broker-and-folder.ts';
import { type SeenThreads, seenThreads } from './seen-threads.ts';

const module = new URL('./topologies.ts', import.meta.url);
const PARTITIONS = 4;
const KEYS = Array.from({ length: 16 }, (_, i) => `k${i}`);

let around: BrokerAndFolder;
let started: SeenThreads['started'];
let lines: SeenThreads['lines'];
let threads: SeenThreads['threads'];
let logger: SeenThreads['logger'];
let hosts: ThreadedStreamsHost[];

beforeEach(async () => {
  around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
  const topics = { in: PARTITIONS, a: PARTITIONS, b: PARTITIONS, c: PARTITIONS };
  await createTopics(environment, around.bootstrapServers, topics);
  ({ started, lines, threads, logger } = seenThreads());
  hosts = [];
});

afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  await around.close();
});

/** A clock on which what takes 15 seconds takes one. */
const fast: Clock & Timers = {
  nowMs: () => environment.clock.nowMs() * 15,
  monotonicMs: () => environment.clock.monotonicMs() * 15,
  after: (delayMs, callback) => environment.timers.after(delayMs / 15, callback),
  every: (periodMs, callback) => environment.timers.every(periodMs / 15, callback),
  defer: (callback) => environment.timers.defer(callback),
  sleep: (delayMs, signal) => environment.timers.sleep(delayMs / 15, signal),
};

function newHost(count: number, { isFast = false }: { readonly isFast?: boolean } = {}): ThreadedStreamsHost {
  const { bootstrapServers, folder } = around;
  const host = new ThreadedStreamsHost(
    { bootstrapServers, stateDir: `${folder}/host`, threads: count, logger },
    { threads, environment: isFast ? { ...environment, clock: fast, timers: fast } : environment },
  );
  hosts.push(host);
  return host;
}

/** An application that counts `in` into the topic of its id. */
function appOn(
  host: ThreadedStreamsHost | undefined,
  id: 'a' | 'b' | 'c',
  options: Partial<ThreadedStreamsAppOptions> & { readonly counting?: object } = {},
): ThreadedStreamsApp {
  const { counting = {}, ...others } = options;
  return new ThreadedStreamsApp({
    applicationId: id,
    bootstrapServers: around.bootstrapServers,
    stateDir: `${around.folder}/apps`,
    commitIntervalMs: 100,
    consumer: { sessionTimeoutMs: 10_000, heartbeatIntervalMs: 300 },
    topology: { module, export: 'counting', arguments: [{ output: id, ...counting }] },
    ...{ logger, host },
    ...others,
  });
}

/** As long as threads take to load their modules on a machine that others use, too. */
const waitUntil = (what: string, isSo: () => boolean): Promise<void> =>
  expect.poll(isSo, { timeout: 90_000, message: what }).toBe(true);

async function running(...apps: readonly ThreadedStreamsApp[]): Promise<void> {
  await Promise.all(apps.map((app) => app.start()));
  await waitUntil('RUNNING', () => apps.every(({ state }) => state === 'RUNNING'));
}

const send = (value = 'v', keys: readonly string[] = KEYS): Promise<void> =>
  produce(
    environment,
    around.bootstrapServers,
    keys.map((key) => ({ topic: 'in', key, value })),
  );

/** Waits until all keys have this count in the topic of an application; answers the threads that have counted so. */
async function counted(id: 'a' | 'b' | 'c', count: number, keys = KEYS): Promise<ReadonlySet<string>> {
  const { bootstrapServers } = around;
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: id, partition })));
  const by = new Map<string, string>();
  const deadline = environment.clock.monotonicMs() + 60_000;
  while (by.size < keys.length && environment.clock.monotonicMs() < deadline) {
    for (const { records } of await consumer.poll(100)) {
      for (const { key, value } of records) {
        const [thread = '', reached] = String(value).split(' ');
        if (Number(reached) >= count && keys.includes(String(key))) by.set(String(key), thread);
      }
    }
  }
  await consumer.close();
  if (by.size < keys.length) throw new Error(`waited in vain for counts of ${count} of ${id}`);
  return new Set(by.values());
}

describe('applications on the threads of a host', () => {
  it('run on the same threads, as groups of their own, and share a database for each', async () => {
    const host = newHost(2);
    const [a, b] = [appOn(host, 'a'), appOn(host, 'b', { threads: 1 })];
    await running(a, b);
    await send();
    const [ofA, ofB] = [await counted('a', 1), await counted('b', 1)];
    expect(started).toHaveLength(2);
    expect([...ofB].filter((thread) => !ofA.has(thread))).toEqual([]);
    expect(ofB.size).toBe(1);

    expect(await a.metrics()).toMatchObject({ totals: { processed: 16 }, failures: 0 });
    expect((await a.metrics()).threads).toHaveLength(2);
    expect((await b.metrics()).threads).toHaveLength(1);
    expect(await b.keyValueStore<string, number>('counts').get('k3')).toMatchObject({ value: 1 });
    const admin = new Admin({ environment, bootstrapServers: around.bootstrapServers });
    const groups = await admin.describeGroups(['a', 'b']);
    await admin.close();
    expect(groups.map(({ members }) => members.length)).toEqual([2, 1]);
    expect(existsSync(`${around.folder}/host/state/rocksdb`)).toBe(true);
    expect(existsSync(`${around.folder}/host/thread-1/state/rocksdb`)).toBe(true);
    expect(existsSync(`${around.folder}/apps/a/thread-1`)).toBe(false);

    await a.close();
    expect(a.state).toBe('NOT_RUNNING');
    await send();
    await counted('b', 2);
    await host.close();
    expect(b.state).toBe('NOT_RUNNING');
    await expect(appOn(host, 'a').start()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(started).toHaveLength(2);
  });

  it('go on with what they have had on threads of their own', async () => {
    const own = appOn(undefined, 'a');
    await running(own);
    await send();
    await counted('a', 1);
    await own.close();
    const app = appOn(newHost(1), 'a');
    const restored: RestoreProgress[] = [];
    app.restores$.subscribe((progress) => restored.push(progress));
    await running(app);
    await send();
    await counted('a', 2);
    expect(restored.filter(({ records }) => records > 0)).toEqual([]);
    expect(existsSync(`${around.folder}/apps/a/thread-1`)).toBe(false);
  });

  it('fail alone: by a record that cannot be processed, and by a start that is none', async () => {
    const host = newHost(1);
    const [poisoned, other] = [appOn(host, 'a', { counting: { fails: true } }), appOn(host, 'b')];
    const errors: unknown[] = [];
    poisoned.errors$.subscribe((error) => errors.push(error));
    await running(poisoned, other);
    const broken = appOn(host, 'c', { topology: { module, export: 'notATopology' } });
    await expect(broken.start()).rejects.toThrow('is no topology');
    expect(broken.state).toBe('ERROR');
    await send('throw', ['k3']);
    await waitUntil('ERROR', () => poisoned.state === 'ERROR');
    expect(errors).toEqual([expect.any(StreamsFailure)]);
    await send();
    await counted('b', 1);
    expect(other.state).toBe('RUNNING');
    expect(await other.metrics()).toMatchObject({ failures: 0 });
    expect(started).toHaveLength(1);
  });
});

describe('a thread of a host that ends by itself', () => {
  it('is told to each application on it, which goes on in another one unless it says no', async () => {
    const host = newHost(1);
    const seen: unknown[] = [];
    const asked = appOn(host, 'a', {
      onUncaught: (error) => {
        seen.push(error);
        return 'REPLACE_THREAD';
      },
    });
    const unasked = appOn(host, 'b');
    const ending = appOn(host, 'c', { onUncaught: () => 'SHUTDOWN_CLIENT' });
    await running(asked, unasked, ending);
    await send();
    await Promise.all([counted('a', 1), counted('b', 1)]);
    await started[0]?.terminate();
    await send();
    await Promise.all([counted('a', 2), counted('b', 2)]);
    await waitUntil('ERROR', () => ending.state === 'ERROR');
    await expect(ending.keyValueStore('counts').get('k1')).rejects.toMatchObject({
      code: 'STORE_NOT_AVAILABLE',
    });
    expect(started).toHaveLength(2);
    expect(seen).toMatchObject([{ code: 'STREAM_THREAD_ENDED' }]);
    expect(await unasked.metrics()).toMatchObject({ state: 'RUNNING', failures: 1 });
    const told = 'a stream thread has ended, which its applications are told';
    expect(lines.filter(({ message }) => message === told)).toMatchObject([{ thread: 1, applications: 3 }]);
    // Beside that only who does not go on says something.
    const others = lines.filter(({ message }) => message === 'a stream thread has ended');
    expect(others).toMatchObject([{ applicationId: 'c', response: 'SHUTDOWN_CLIENT' }]);
  });

  it('again and again with the record of one application ends that one', async () => {
    const host = newHost(1);
    const [deadly, other] = [appOn(host, 'a'), appOn(host, 'b', { counting: { obeys: false } })];
    await running(deadly, other);
    await send();
    await Promise.all([counted('a', 1), counted('b', 1)]);
    await send('exit', ['k3']);
    await waitUntil('ERROR', () => deadly.state === 'ERROR');
    await send();
    await counted('b', 2);
    await waitUntil('RUNNING', () => other.state === 'RUNNING');
    expect(await other.metrics()).toMatchObject({ failures: 2 });
    expect(started).toHaveLength(3);
  });

  it('again and again while no record is processed ends nobody, which is said', async () => {
    const host = newHost(1);
    const [stray, other] = [appOn(host, 'a'), appOn(host, 'b', { counting: { obeys: false } })];
    await running(stray, other);
    await send();
    await Promise.all([counted('a', 1), counted('b', 1)]);
    await send('stray', ['k3']);
    const told = (): typeof lines => lines.filter(({ message }) => message.includes('again and again'));
    await waitUntil('told', () => told().length > 0);
    expect([stray.state, other.state]).not.toContain('ERROR');
    expect(told()).toMatchObject([{ times: 3, processing: 'no record', applications: ['a', 'b'] }]);
    await stray.close();
    await send();
    await counted('b', 2);
    expect(await other.metrics()).toMatchObject({ state: 'RUNNING' });
  });
});

it('closes an application whose topology is never made, without its threads', async () => {
  const host = newHost(1, { isFast: true });
  const other = appOn(host, 'b');
  await running(other);
  const never = appOn(host, 'a', { topology: { module, export: 'neverMade' } });
  const starting = expect(never.start()).rejects.toMatchObject({ code: 'STREAM_THREAD_ENDED' });
  await waitUntil('REBALANCING', () => never.state === 'REBALANCING');
  await never.close();
  await starting;
  expect(never.state).toBe('NOT_RUNNING');
  await send();
  await counted('b', 1);
  expect(await other.metrics()).toMatchObject({ state: 'RUNNING', failures: 0 });
  expect(started).toHaveLength(1);
});

it('names the application whose record comes to no end, and ends it without the others', async () => {
  const host = newHost(1, { isFast: true });
  const [hanging, other] = [appOn(host, 'a'), appOn(host, 'b', { counting: { obeys: false } })];
  await running(hanging, other);
  await send('hang', ['k3']);
  // The last of these questions is under way when the thread stops to answer.
  const asking = (async () => {
    for (;;) await other.keyValueStore('counts').get('k1');
  })();
  await expect(asking).rejects.toMatchObject({
    code: 'STORE_NOT_AVAILABLE',
    message: expect.stringContaining('application a holds up'),
  });
  expect(await other.metrics()).toMatchObject({ state: 'RUNNING' });
  const isNamed = (): boolean =>
    host.standstill?.includes('application a holds up the 2 applications on it') === true;
  await waitUntil('the standstill', isNamed);
  const isLogged = (): boolean => lines.some(({ heldUpBy }) => heldUpBy === 'application a');
  await waitUntil('the warning', isLogged);
  await hanging.close();
  expect(hanging.state).toBe('NOT_RUNNING');
  await send();
  await counted('b', 1);
  await waitUntil('an answer', () => host.standstill === undefined);
  expect(started).toHaveLength(2);
});
