import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import {
  type RestoreProgress,
  Serdes,
  SessionWindows,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  StreamsHost,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { allOf } from '../all-of.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PARTITIONS = 4;
const KEYS = Array.from({ length: 24 }, (_, i) => `key-${i}`);
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const counted = { keySerde: Serdes.string } as const;

let around: BrokerAndFolder;
let apps: Instance[];

interface Instance {
  readonly app: StreamsApp;
  readonly restored: RestoreProgress[];
}

beforeEach(async () => {
  around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
  apps = [];
  await createTopics(environment, around.bootstrapServers, { in: PARTITIONS, table: PARTITIONS });
});
afterEach(async () => {
  await Promise.all(apps.map(({ app }) => app.close()));
  await around.close();
});

/** Stores of each kind that is restored in its own way. */
function builder(): StreamsBuilder {
  const made = new StreamsBuilder();
  const grouped = made.stream('in', strings).groupByKey(strings);
  grouped.count({ storeName: 'counts', ...counted });
  grouped.count({ storeName: 'in-memory', storeType: 'memory', ...counted });
  grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(1000)).count({ storeName: 'windows', ...counted });
  grouped
    .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(1000))
    .count({ storeName: 'sessions', ...counted });
  made.table('table', strings, { storeName: 'restored-from-source', ...strings });
  return made;
}

async function start(name: string, options: Partial<StreamsAppOptions> = {}): Promise<Instance> {
  const app = new StreamsApp({
    environment,
    applicationId: 'standing-by',
    applicationServer: `${name}:1`,
    bootstrapServers: around.bootstrapServers,
    topology: builder(),
    topologyOptimization: 'all',
    stateDir: path.join(around.folder, name),
    standbyReplicas: 1,
    commitIntervalMs: 100,
    consumer: { heartbeatIntervalMs: 300 },
    ...options,
  });
  const instance = { app, restored: [] as RestoreProgress[] };
  app.restores$.subscribe((progress) => instance.restored.push(progress));
  apps.push(instance);
  await app.start();
  return instance;
}

const hasTasks = (count: number, ...of: readonly Instance[]): Promise<void> =>
  waitFor(environment, `${count} tasks each`, () =>
    of.every(({ app }) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === count),
  );

let sent = 0;
/** One record more of each key, and a row of the table. */
async function send(): Promise<void> {
  sent++;
  await produce(
    environment,
    around.bootstrapServers,
    KEYS.flatMap((key) => [
      { topic: 'in', key, value: 'x', timestamp: 1_000_000 + sent },
      { topic: 'table', key, value: `row ${sent}`, timestamp: 1_000_000 + sent },
    ]),
  );
}

/** What an instance has of the stores, stale or not. */
async function contents({ app }: Instance, { allowStale = true } = {}): Promise<Record<string, unknown>> {
  const plain = async (name: string): Promise<unknown> =>
    Object.fromEntries(
      (await allOf(app.keyValueStore<string, unknown>(name, { allowStale }).entries())).map(
        ([key, { value }]) => [key, value],
      ),
    );
  const windowed = async (name: string): Promise<unknown> =>
    Object.fromEntries(
      (await allOf(app.windowStore<string, number>(name, { allowStale }).entries())).map(({ key, value }) => [
        key,
        value,
      ]),
    );
  return {
    counts: await plain('counts'),
    'in-memory': await plain('in-memory'),
    'restored-from-source': await plain('restored-from-source'),
    windows: await windowed('windows'),
    sessions: await windowed('sessions'),
  };
}

const allAt = (count: number, row: string): Record<string, unknown> => {
  const each = (value: unknown): unknown => Object.fromEntries(KEYS.map((key) => [key, value]));
  return {
    ...{ counts: each(count), 'in-memory': each(count), windows: each(count), sessions: each(count) },
    'restored-from-source': each(row),
  };
};

const hasAll = (of: Instance, count: number): Promise<void> =>
  expect.poll(() => contents(of), { timeout: 30_000 }).toEqual(allAt(count, `row ${sent}`)) as Promise<void>;

describe.each(['at_least_once', 'exactly_once_v2'] as const)('standby tasks, %s', (processingGuarantee) => {
  it('have what the tasks elsewhere have, and are taken over without a record being restored', async () => {
    const one = await start('one', { processingGuarantee });
    await hasTasks(2 * PARTITIONS, one);
    await send();
    await hasAll(one, 1);
    const two = await start('two', { processingGuarantee });
    await hasTasks(PARTITIONS, one, two);
    await send();
    // Each has all of it, half of it as it runs, and half as standby tasks.
    await hasAll(one, 2);
    await hasAll(two, 2);
    for (const { app } of [one, two]) {
      const lags = await app.allLocalStorePartitionLags();
      expect([...lags].map(([store, of]) => [store, of.size])).toEqual(
        expect.arrayContaining([['counts', PARTITIONS]]),
      );
    }
    for (const key of KEYS) {
      const { activeHost, standbyHosts, partition } = two.app.queryMetadataForKey(
        'counts',
        key,
        Serdes.string,
      );
      const hosts = [activeHost, ...standbyHosts].map((each) => each?.host);
      expect(hosts).toHaveLength(2);
      expect(new Set(hosts)).toEqual(new Set(['one', 'two']));
      const standby = activeHost?.host === 'one' ? two.app : one.app;
      const asked = standby.keyValueStore<string, number>('counts', { partition, allowStale: true });
      expect(await asked.get(key)).toMatchObject({ value: 2 });
      // Without leave to be stale only what runs there.
      await expect(standby.keyValueStore('counts', { partition }).get(key)).rejects.toMatchObject({
        code: 'STORE_NOT_AVAILABLE',
      });
    }
    one.restored.length = 0;
    await two.app.close();
    await hasTasks(2 * PARTITIONS, one);
    await send();
    await hasAll(one, 3);
    expect(one.restored.filter(({ records }) => records > 0)).toEqual([]);
  });
});

it('a standby task that lies behind goes on where it was, and not from the beginning', async () => {
  const one = await start('one');
  const two = await start('two');
  await hasTasks(PARTITIONS, one, two);
  await send();
  await hasAll(two, 1);
  await two.app.close();
  await hasTasks(2 * PARTITIONS, one);
  await send();
  await hasAll(one, 2);
  const again = await start('two');
  await hasTasks(PARTITIONS, one, again);
  await hasAll(again, 2);
  await one.app.close();
  await hasTasks(2 * PARTITIONS, again);
  await send();
  await hasAll(again, 3);
});

it('members of one host hand a standby task over to each other, and nobody else writes its stores', async () => {
  const hostOf = (name: string): StreamsHost =>
    new StreamsHost({
      environment,
      bootstrapServers: around.bootstrapServers,
      stateDir: path.join(around.folder, name),
    });
  const [first, second] = [hostOf('host-1'), hostOf('host-2')];
  try {
    const [a, b] = [await start('one', { host: first }), await start('one', { host: first })];
    const c = await start('two', { host: second });
    await waitFor(environment, 'all running', () => [a, b, c].every(({ app }) => app.state === 'RUNNING'));
    /** Both together, each of its tasks. */
    const haveCounts = (times: number): Promise<void> =>
      expect
        .poll(
          async () => {
            const [ofA, ofB] = [await contents(a), await contents(b)];
            return { ...(ofA['counts'] as object), ...(ofB['counts'] as object) };
          },
          { timeout: 30_000 },
        )
        .toEqual(allAt(times, '')['counts']);
    await send();
    await haveCounts(1);
    await hasAll(c, 1);
    for (const each of [a, b]) each.restored.length = 0;
    await c.app.close();
    await hasTasks(PARTITIONS, a, b);
    await send();
    await haveCounts(2);
    const restoredOnDisk = [...a.restored, ...b.restored].filter(
      ({ records, store }) => records > 0 && store !== 'in-memory',
    );
    expect(restoredOnDisk).toEqual([]);
  } finally {
    await Promise.all(apps.map(({ app }) => app.close()));
    await Promise.all([first.close(), second.close()]);
  }
});
