import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allOf } from '../all-of.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import type { ThreadLimits } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import {
  type RestoreProgress,
  DiagnosticError,
  Serdes,
  StreamsFailure,
  type StreamsState,
  ThreadedStreamsApp,
  type ThreadedStreamsAppOptions,
} from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce, waitFor } from '../runtime/app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from '../runtime/broker-and-folder.ts';
import { type SeenThreads, seenThreads } from './seen-threads.ts';

const topologies = new URL('./topologies.ts', import.meta.url);
const KEYS = 64;
const APPLICATION = 'threaded';

let around: BrokerAndFolder;
let admin: Admin;
let started: SeenThreads['started'];
let lines: SeenThreads['lines'];
let threads: SeenThreads['threads'];
let logger: SeenThreads['logger'];
let apps: ThreadedStreamsApp[];

beforeEach(async () => {
  around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
  const { bootstrapServers } = around;
  admin = new Admin({ environment, bootstrapServers });
  await createTopics(environment, bootstrapServers, { in: 8, out: 8 });
  ({ started, lines, threads, logger } = seenThreads());
  apps = [];
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await admin.close();
  await around.close();
});

function appOf(
  options: Partial<ThreadedStreamsAppOptions> = {},
  limits: ThreadLimits = {},
): ThreadedStreamsApp {
  const app = new ThreadedStreamsApp(
    {
      applicationId: APPLICATION,
      bootstrapServers: around.bootstrapServers,
      stateDir: around.folder,
      commitIntervalMs: 100,
      consumer: { sessionTimeoutMs: 10_000, heartbeatIntervalMs: 300 },
      threads: 2,
      topology: { module: topologies, export: 'counting' },
      logger,
      ...options,
    },
    { threads, limits },
  );
  apps.push(app);
  return app;
}

async function running(app: ThreadedStreamsApp): Promise<void> {
  await app.start();
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
}

const keys = Array.from({ length: KEYS }, (_, i) => `k${i}`);

const send = (value = 'v', of: readonly string[] = keys): Promise<void> =>
  produce(
    environment,
    around.bootstrapServers,
    of.map((key) => ({ topic: 'in', key, value })),
  );

/** What `out` ends with, by key, once all keys have this count. */
const counts = (count: number): Promise<ReadonlyMap<string, string>> =>
  results((found) => [...found.values()].filter((each) => each.endsWith(` ${count}`)).length === KEYS);

/** The same, once a key has this count. */
const resultsOf = (key: string, count: number): Promise<ReadonlyMap<string, string>> =>
  results((found) => found.get(key)?.endsWith(` ${count}`) === true);

async function results(
  isComplete: (found: ReadonlyMap<string, string>) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const { bootstrapServers } = around;
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign(Array.from({ length: 8 }, (_, partition) => ({ topic: 'out', partition })));
  const found = new Map<string, string>();
  const isThere = (): boolean => isComplete(found);
  const deadline = environment.clock.monotonicMs() + PATIENCE_MS;
  while (!isThere() && environment.clock.monotonicMs() < deadline) {
    for (const { records } of await consumer.poll(100)) {
      for (const { key, value } of records) found.set(String(key), String(value));
    }
  }
  await consumer.close();
  if (!isThere()) throw new Error(`waited in vain for counts: ${[...found].join(' ')}`);
  return found;
}

/**
 * Waits until the threads have an equal share of the eight tasks each. The one that joins first is given all of them, and has them
 * still, for a moment, when the other one runs: who closes then, in the middle of a rebalance, cannot commit, and leaves the
 * end of the changelogs to be restored.
 */
async function balanced(app: ThreadedStreamsApp, count = 2): Promise<void> {
  await running(app);
  const shares = Array.from({ length: count }, () => 8 / count);
  await expect.poll(sharesOfGroup, { timeout: PATIENCE_MS }).toEqual(shares);
  await settled(app);
}

/** How many tasks each member has; none while the group rebalances. */
async function sharesOfGroup(): Promise<readonly number[]> {
  const [group] = await admin.describeGroups([APPLICATION]);
  return group?.state === 'Stable' ? group.members.map(({ assignment }) => assignment.length) : [];
}

async function settled(app: ThreadedStreamsApp): Promise<void> {
  let shares: readonly number[] = [];
  const looking = app.metrics$.subscribe(({ tasks }) => (shares = [Object.keys(tasks).length]));
  await waitFor(environment, 'all tasks', () => app.state === 'RUNNING' && shares[0] === 8);
  looking.unsubscribe();
}

/** The partitions of each thread. */
async function assignments(): Promise<Readonly<Record<string, readonly number[]>>> {
  const [group] = await admin.describeGroups([APPLICATION]);
  const shares = (group?.members ?? []).map(({ clientId, assignment }) => [
    clientId,
    assignment.map(({ partition }) => partition).sort((a, b) => a - b),
  ]);
  return Object.fromEntries(shares) as Readonly<Record<string, readonly number[]>>;
}

const threadsOf = (results: ReadonlyMap<string, string>): ReadonlySet<string | undefined> =>
  new Set([...results.values()].map((value) => value.split(' ')[0]));

describe('an application on two stream threads', () => {
  it('has its state where it has one thread the next time, and restores nothing', async () => {
    const two = appOf();
    await balanced(two);
    await send();
    await counts(1);
    await two.close();
    const one = appOf({ threads: 1 });
    const restored: RestoreProgress[] = [];
    one.restores$.subscribe((progress) => restored.push(progress));
    await balanced(one, 1);
    await send();
    await counts(2);
    expect(restored).toEqual([]);
    const folders = environment.disk.list(`${around.folder}/${APPLICATION}`);
    expect(folders.filter((name) => name.startsWith('thread-'))).toEqual(['thread-1']);
  });

  it('spreads eight partitions over them, and nothing of it runs on the main thread', async () => {
    const app = appOf({ applicationServer: 'localhost:8088' });
    const states: StreamsState[] = [];
    app.state$.subscribe((state) => states.push(state));
    expect(app.state).toBe('CREATED');
    await balanced(app);
    await send();
    expect(threadsOf(await counts(1)).size).toBe(2);
    const metrics = await app.metrics();
    expect(metrics.threads).toHaveLength(2);
    expect(metrics.totals.processed).toBe(KEYS);
    expect(await assignments()).toEqual({
      [`${APPLICATION}-StreamThread-1-consumer`]: expect.objectContaining({ length: 4 }),
      [`${APPLICATION}-StreamThread-2-consumer`]: expect.objectContaining({ length: 4 }),
    });
    // Both threads answer at one place.
    const hostInfo = { host: 'localhost', port: 8088 };
    const clients = await app.metadataForAllStreamsClients();
    expect(clients).toMatchObject([
      { hostInfo, stateStoreNames: ['counts'], topicPartitions: { length: 8 } },
    ]);
    expect(await app.streamsMetadataForStore('counts')).toEqual(clients);
    const { partition, ...hosts } = await app.queryMetadataForKey('counts', 'k1', Serdes.string);
    expect(hosts).toEqual({ activeHost: hostInfo, standbyHosts: [] });
    expect(await app.keyValueStore('counts', { partition }).get('k1')).toMatchObject({ value: 1 });
    expect(await app.keyValueStore('counts', { partition: (partition + 1) % 8 }).get('k1')).toBeUndefined();
    expect((await app.allLocalStorePartitionLags()).get('counts')?.size).toBe(8);
    await expect(app.start()).rejects.toThrow('the application is RUNNING already');

    await app.close();
    expect(states.slice(0, 2)).toEqual(['CREATED', 'REBALANCING']);
    expect(states).toContain('RUNNING');
    expect(states.slice(-2)).toEqual(['PENDING_SHUTDOWN', 'NOT_RUNNING']);
    expect((await admin.describeGroups([APPLICATION]))[0]?.members).toEqual([]);
    expect((await app.metrics()).totals.processed).toBe(KEYS);
  });

  it('goes on with what its threads have in their folders', async () => {
    // Both threads are in the group before anything is assigned, as it is by default.
    await around.close();
    around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 3000 });
    await admin.close();
    admin = new Admin({ environment, bootstrapServers: around.bootstrapServers });
    await createTopics(environment, around.bootstrapServers, { in: 8, out: 8 });
    const first = appOf();
    await balanced(first);
    await send();
    await counts(1);
    const before = await assignments();
    await first.close();

    const app = appOf();
    const restored: RestoreProgress[] = [];
    app.restores$.subscribe((progress) => restored.push(progress));
    await balanced(app);
    await send();
    await counts(2);
    expect(await assignments()).toEqual(before);
    expect(restored.filter(({ records }) => records > 0)).toEqual([]);
    expect((await app.metrics()).stateBytes).toBeGreaterThan(0);
  });

  it('keeps rows whose changelog was deleted, though the first thread is given all tasks before the other one comes', async () => {
    const first = appOf();
    await balanced(first);
    await send();
    await counts(1);
    await first.close();
    await admin.deleteTopics([`${APPLICATION}-counts-changelog`]);
    await send();
    await running(appOf());
    await counts(2);
  });

  it('pauses all of them, whether they have started or not, and has them go on', async () => {
    const app = appOf();
    app.pause();
    await balanced(app);
    await send();
    const processed = async (): Promise<number> => (await app.metrics()).totals.processed;
    await environment.timers.sleep(500);
    expect([app.isPaused, await processed()]).toEqual([true, 0]);
    app.resume();
    await counts(1);
    app.pause();
    // What the threads are told comes in order: they are paused when they have answered.
    const before = await processed();
    await send();
    await environment.timers.sleep(500);
    expect(await processed()).toBe(before);
    app.resume();
    expect(app.isPaused).toBe(false);
    await counts(2);
  });

  it('has the rows of all of them', async () => {
    const app = appOf({ topology: { module: topologies, export: 'stored' } });
    await expect(app.keyValueStore('by-bytes').get(Buffer.from('k1'))).rejects.toMatchObject({
      code: 'STORE_NOT_AVAILABLE',
    });
    await balanced(app);
    await send();
    const rows = app.keyValueStore<Buffer, number>('by-bytes');
    const found = async (): Promise<string[]> => {
      const all: string[] = [];
      for await (const [key, { value }] of rows.entries()) all.push(`${key.toString()}: ${value}`);
      return all.sort();
    };
    await expect.poll(found, { timeout: PATIENCE_MS }).toEqual(keys.map((key) => `${key}: 1`).sort());
    const some: string[] = [];
    for await (const [key] of rows.range({ from: Buffer.from('k3'), to: Buffer.from('k5') }))
      some.push(key.toString());
    expect(some.sort()).toEqual(keys.filter((key) => key >= 'k3' && key <= 'k5').sort());
    const begun: string[] = [];
    for await (const [key] of rows.prefixScan('k1', Serdes.string)) begun.push(key.toString());
    expect(begun.sort()).toEqual(keys.filter((key) => key.startsWith('k1')).sort());
    const backwards: string[] = [];
    for await (const [key] of rows.reverseAll()) backwards.push(key.toString());
    expect(backwards.toSorted()).toEqual(keys.toSorted());
    const bounds = { from: Buffer.from('k3'), to: Buffer.from('k5') };
    for await (const [key] of rows.reverseRange(bounds)) expect(some).toContain(key.toString());
    expect(await rows.approximateNumEntries()).toBe(keys.length);
    expect(await rows.get(Buffer.from('k7'))).toMatchObject({ value: 1 });
    expect(await rows.get(Buffer.from('none'))).toBeUndefined();

    const windows = app.windowStore<Buffer, number>('by-window');
    const all = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    const [window] = await windows.fetch(Buffer.from('k7'), all);
    expect(window).toMatchObject({ key: Buffer.from('k7'), value: 1 });
    expect(await windows.backwardFetch(Buffer.from('k7'), all)).toEqual([window]);
    for (const found of [windows.fetchAll(all), windows.backwardAll(), windows.backwardFetchAll(all)])
      expect((await allOf(found)).map(({ key }) => key.toString()).toSorted()).toEqual(keys.toSorted());
    expect(await allOf(windows.fetchAll({ fromMs: -2, toMs: -1 }))).toEqual([]);
    for await (const page of windows.pages()) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    await expect(app.keyValueStore('by-byte').get(Buffer.from('k'))).rejects.toMatchObject({
      diagnostic: { suggestion: 'by-bytes' },
    });
    const plain = app.windowStore<unknown, number>('by-window') as {
      fetch(...args: unknown[]): Promise<unknown>;
    };
    await expect(plain.fetch(Buffer.from('k7'))).rejects.toThrow('invalid value undefined for range');
    await expect(plain.fetch(Buffer.from('k7'), { fromMs: Number.NaN, toMs: 1 })).rejects.toThrow(
      'range.fromMs',
    );
    await expect(plain.fetch(() => 1, all)).rejects.toThrow('a key cannot be copied to a stream thread');
    await expect(app.windowStore('by-bytes').fetch(Buffer.from('k'), all)).rejects.toThrow('key-value store');
  });
});

/** The number of the thread that has written the result of a key. */
const threadOf = (results: ReadonlyMap<string, string>, key: string): string | undefined =>
  results.get(key)?.split(' ')[0];

/** Asks a store that has all keys until something is over. Answers what was not as it should be. */
async function wrongAnswers(app: ThreadedStreamsApp, until: Promise<void>): Promise<readonly unknown[]> {
  const rows = app.keyValueStore<string, number>('counts');
  const wrong: unknown[] = [];
  let isOver = false;
  const over = until.finally(() => (isOver = true));
  const look = async (): Promise<void> => {
    const row = await rows.get('k7');
    if (row?.value !== 1) wrong.push(row);
    const all: string[] = [];
    for await (const [key] of rows.entries()) all.push(key);
    if (new Set(all).size !== KEYS || all.length !== KEYS) wrong.push(all);
  };
  while (!isOver) {
    await look().catch((error: unknown) => {
      if (!(error instanceof OperationalError && error.code === 'STORE_NOT_AVAILABLE')) wrong.push(error);
    });
    await environment.timers.sleep(5);
  }
  await over;
  return wrong;
}

it.each([
  ['a thread', 'die'],
  ['a processing loop', 'fail'],
])(
  'rows that are there are never answered as not there while %s is started and replaced',
  async (_what, order) => {
    const first = appOf();
    await balanced(first);
    await send();
    await counts(1);
    await first.close();

    const app = appOf({ onUncaught: () => 'REPLACE_THREAD' });
    let failures = 0;
    app.errors$.subscribe(() => failures++);
    expect(await wrongAnswers(app, balanced(app))).toEqual([]);
    await send('v', ['k0']);
    const ofFirst = async (): Promise<string | undefined> => threadOf(await resultsOf('k0', 2), 'k0');
    await send(`${order} ${await ofFirst()}`, ['k0']);
    const replaced = async (): Promise<void> => {
      await waitFor(environment, 'a failure', () => failures > 0);
      await settled(app);
    };
    expect(await wrongAnswers(app, replaced())).toEqual([]);
  },
);

describe('a stream thread that ends by itself', () => {
  it.each([
    ['an exception that nobody catches', 'die', {}, 'nobody catches this'],
    ['a heap that is full', 'fill', { heapMegabytesMax: 160 }, 'memory limit'],
  ] as const)('by %s is replaced, and nothing is lost', async (_what, order, limits, message) => {
    const seen: unknown[] = [];
    const onUncaught = (error: unknown) => {
      seen.push(error);
      return 'REPLACE_THREAD' as const;
    };
    const app = appOf({ onUncaught }, limits);
    await balanced(app);
    await send();
    await send(`${order} ${threadOf(await counts(1), 'k0')}`, ['k0']);
    await waitFor(environment, 'another thread', () => started.length === 3);
    await settled(app);
    await send('v', keys.slice(1));
    await counts(2);
    expect(seen).toMatchObject([{ code: 'STREAM_THREAD_ENDED', message: expect.stringContaining(message) }]);
    expect(await app.metrics()).toMatchObject({ failures: 1 });
    expect(lines.map(({ message: text }) => text)).toContain('a stream thread has ended');
  });

  it('ends the application where nobody says otherwise, and the others in order', async () => {
    const app = appOf();
    const errors: unknown[] = [];
    app.errors$.subscribe((error) => errors.push(error));
    await balanced(app);
    await send();
    await counts(1);
    await started[0]?.terminate();
    await waitFor(environment, 'ERROR', () => app.state === 'ERROR');
    expect(errors).toMatchObject([{ code: 'STREAM_THREAD_ENDED' }]);
    expect(started).toHaveLength(2);
    await expect(app.keyValueStore('counts').get('k1')).rejects.toMatchObject({
      code: 'STORE_NOT_AVAILABLE',
    });
  });

  it('ends all instances of the application with SHUTDOWN_APPLICATION, though it cannot ask them itself', async () => {
    const other = appOf({ threads: 1, stateDir: `${around.folder}/other` });
    await running(other);
    const app = appOf({ threads: 1, onUncaught: () => 'SHUTDOWN_APPLICATION' });
    await running(app);
    await started[1]?.terminate();
    await waitFor(environment, 'ERROR', () => app.state === 'ERROR' && other.state === 'ERROR');
  });
});

describe('a record that cannot be processed', () => {
  const topology = { module: topologies, export: 'counting', arguments: [{ fails: true }] };

  it.each(['SHUTDOWN_CLIENT', 'SHUTDOWN_APPLICATION'] as const)(
    'ends all threads with %s, and the error is what it is',
    async (response) => {
      const seen: unknown[] = [];
      const app = appOf({
        topology,
        onUncaught: (error) => {
          seen.push(error);
          return response;
        },
      });
      await balanced(app);
      await send('throw', ['k3']);
      await waitFor(environment, 'ERROR', () => app.state === 'ERROR');
      expect(seen).toHaveLength(1);
      expect(seen[0]).toBeInstanceOf(StreamsFailure);
      expect(seen[0]).toMatchObject({ kind: 'processing', context: { topic: 'in' } });
      expect((await admin.describeGroups([APPLICATION]))[0]?.members).toEqual([]);
    },
  );

  it('is forgiven by a handler of the module', async () => {
    const app = appOf({ topology: { module: topologies, export: 'forgiving' } });
    await balanced(app);
    await send('throw', ['k3']);
    await send();
    await counts(1);
    expect(await app.metrics()).toMatchObject({ failures: 0 });
  });
});

describe('what threads cannot start with', () => {
  it('a module that cannot be loaded is one error', async () => {
    const module = new URL('./load-failure.ts', import.meta.url);
    const app = appOf({ topology: { module, export: 'topology' } });
    const errors: unknown[] = [];
    app.errors$.subscribe((error) => errors.push(error));
    await expect(app.start()).rejects.toThrow(/cannot be loaded: .*a module that cannot be loaded/);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(DiagnosticError);
    expect(app.state).toBe('ERROR');
  });

  it('a topic that is not there is the error of the start', async () => {
    await admin.deleteTopics(['in']);
    const app = appOf({ threads: 1 });
    await expect(app.start()).rejects.toMatchObject({ code: 'MISSING_SOURCE_TOPIC' });
    expect(app.state).toBe('ERROR');
  });
});

it('closes an application that is being started, and one that was not', async () => {
  const app = appOf();
  const starting = app.start().catch(() => undefined);
  await app.close();
  await starting;
  expect(app.state).toBe('NOT_RUNNING');
  const never = appOf();
  await never.close();
  expect(never.state).toBe('NOT_RUNNING');
  await expect(never.start()).rejects.toThrow('NOT_RUNNING already');
});
