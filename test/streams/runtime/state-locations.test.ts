import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Serdes, StreamsApp, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { hostInfoOf } from '../../../src/streams/runtime/host-info.ts';
import {
  clientsWithStore,
  keyQueryMetadata,
  knownBetterHere,
  sourcePartitioner,
  stateLocations,
  storeSources,
} from '../../../src/streams/runtime/state-locations.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const PARTITIONS = 4;

/** Two tables: one of the topic itself, one behind a repartition topic. */
function twoTables(): Topology {
  const builder = new StreamsBuilder();
  const input = builder.stream('in', strings);
  input.groupByKey(strings).count({ storeName: 'by-key', keySerde: Serdes.string });
  input.groupBy((_key, value) => value, strings).count({ storeName: 'by-value', keySerde: Serdes.string });
  return builder.build();
}

it('reads addresses as Kafka Streams does', () => {
  expect(hostInfoOf('localhost:8080')).toEqual({ host: 'localhost', port: 8080 });
  expect(hostInfoOf('http://a.b:1')).toEqual({ host: 'a.b', port: 1 });
  expect(hostInfoOf('[::1]:65535')).toEqual({ host: '::1', port: 65_535 });
  for (const none of ['', 'localhost', ':1', 'a:b', 'a:65536', '::1:80', 'a b:1', 'http://a:1/path'])
    expect(hostInfoOf(none), none).toBeUndefined();
});

describe('an instance that has a task', () => {
  const partitions = (...of: readonly number[]) => of.map((partition) => ({ topic: 'in', partition }));
  const host = (port: number, ...of: readonly number[]) => ({
    host: 'a',
    port,
    partitions: partitions(...of),
  });
  const told = { partitionsByHost: [host(1, 0, 1), host(2, 2)], standbyPartitionsByHost: [host(2, 0)] };

  it('is where that is, whatever the leader told', () => {
    expect(knownBetterHere(told, host(3, 0, 1))).toEqual({
      ...told,
      partitionsByHost: [host(2, 2), host(3, 0, 1)],
    });
    expect(knownBetterHere(told, host(3, 1)).partitionsByHost).toEqual([host(1, 0), host(2, 2), host(3, 1)]);
  });

  it('keeps what others of its address have', () => {
    expect(knownBetterHere(told, host(2, 1)).partitionsByHost).toEqual([host(1, 0), host(2, 2, 1)]);
  });

  it('stays in its place among the others', () => {
    expect(knownBetterHere(told, host(1, 0, 1))).toEqual(told);
  });

  it('and one that has none knows nothing better', () => {
    expect(knownBetterHere(told, host(3))).toBe(told);
  });
});

describe('what is known of a group', () => {
  const topology = twoTables();
  const { tasks } = planTopics(topology, 'app', new Map([['in', PARTITIONS]]));
  const stores = storeSources(topology, { applicationId: 'app', tasks });
  const repartition = 'app-by-value-repartition';
  const partitions = (topic: string, ...of: readonly number[]) =>
    of.map((partition) => ({ topic, partition }));
  const locations = stateLocations(stores, {
    partitionsByHost: [
      { host: 'a', port: 1, partitions: [...partitions('in', 0, 1, 2, 3), ...partitions(repartition, 0)] },
      { host: 'b', port: 2, partitions: partitions(repartition, 1, 2, 3) },
    ],
    standbyPartitionsByHost: [{ host: 'b', port: 2, partitions: partitions('in', 0, 1, 2) }],
  });

  it('says which stores are where', () => {
    expect(locations.clients).toMatchObject([
      {
        hostInfo: { host: 'a', port: 1 },
        stateStoreNames: ['by-key', 'by-value'],
        standbyStateStoreNames: [],
      },
      { hostInfo: { host: 'b', port: 2 }, stateStoreNames: ['by-value'], standbyStateStoreNames: ['by-key'] },
    ]);
    expect(clientsWithStore(locations, 'by-key')).toHaveLength(2);
    expect(() => clientsWithStore(locations, 'by-kye')).toThrow(/no store named by-kye/);
  });

  it('says where a key is, by the partition of the topic that feeds the store', () => {
    const by = Serdes.string;
    const hosts = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'].map((key) =>
      keyQueryMetadata(locations, { store: 'by-value', key, by }),
    );
    expect(new Set(hosts.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    for (const { partition, activeHost, standbyHosts } of hosts)
      expect([activeHost?.host, standbyHosts]).toEqual([partition === 0 ? 'a' : 'b', []]);
    const own = { store: 'by-key', key: 'k', by: (_key: string, count: number) => count - 1 };
    expect(keyQueryMetadata(locations, own)).toEqual({
      partition: PARTITIONS - 1,
      activeHost: { host: 'a', port: 1 },
      standbyHosts: [],
    });
    expect(keyQueryMetadata(locations, { ...own, by: () => 2 })).toMatchObject({
      standbyHosts: [{ host: 'b', port: 2 }],
    });
  });

  it('knows no partition before the topics are known', () => {
    const unknown = { clients: [], stores: storeSources(topology, { applicationId: 'app', tasks: [] }) };
    const asked = { store: 'by-key', key: 'k', by: Serdes.string };
    expect(() => keyQueryMetadata(unknown, asked)).toThrow(/not known before the application has started/);
  });

  it('partitions as the source that feeds a store', () => {
    const sources = [...topology.nodes.values()].filter((node) => node.kind === 'source');
    const feeding = sources.find(({ topics }) => topics.includes('by-value-repartition'));
    expect(sourcePartitioner(topology, 'by-value')).toBe(feeding?.keySerde);
  });
});

describe('two instances of an application', () => {
  let around: BrokerAndFolder;
  let apps: StreamsApp[];

  beforeEach(async () => {
    around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
    apps = [];
    await createTopics(environment, around.bootstrapServers, { in: PARTITIONS });
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await around.close();
  });

  async function start(name: string, port: number): Promise<StreamsApp> {
    const builder = new StreamsBuilder();
    builder.stream('in', strings).groupByKey(strings).count({ storeName: 'counts', keySerde: Serdes.string });
    const app = new StreamsApp({
      environment,
      applicationId: 'located',
      applicationServer: `localhost:${port}`,
      bootstrapServers: around.bootstrapServers,
      topology: builder.build(),
      stateDir: path.join(around.folder, name),
      commitIntervalMs: 100,
      consumer: { heartbeatIntervalMs: 300 },
    });
    apps.push(app);
    await app.start();
    return app;
  }

  it('are both told where each key is, and answer for it there and nowhere else', async () => {
    const one = await start('one', 1001);
    const two = await start('two', 1002);
    const byPort = new Map([
      [1001, one],
      [1002, two],
    ]);
    await waitFor(environment, 'two tasks each', () =>
      apps.every((app) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === 2),
    );
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
    await produce(
      environment,
      around.bootstrapServers,
      keys.map((key) => ({ topic: 'in', key, value: 'v' })),
    );
    await waitFor(
      environment,
      'all records',
      () => apps.reduce((sum, app) => sum + app.metrics().totals.processed, 0) === keys.length,
    );
    expect(one.metadataForAllStreamsClients()).toEqual(two.metadataForAllStreamsClients());
    expect(
      one.streamsMetadataForStore('counts').map(({ topicPartitions }) => topicPartitions.length),
    ).toEqual([2, 2]);
    for (const key of keys) {
      const { activeHost, partition } = one.queryMetadataForKey('counts', key, Serdes.string);
      expect(two.queryMetadataForKey('counts', key, Serdes.string)).toEqual({
        activeHost,
        partition,
        standbyHosts: [],
      });
      for (const [port, app] of byPort) {
        const asked = app.keyValueStore<string, number>('counts', { partition }).get(key);
        if (port === activeHost?.port) expect(await asked).toMatchObject({ value: 1 });
        else await expect(asked).rejects.toMatchObject({ code: 'STORE_NOT_AVAILABLE' });
      }
    }
    const lags = await one.allLocalStorePartitionLags();
    expect([...lags.keys()]).toEqual(['counts']);
    expect([...(lags.get('counts')?.values() ?? [])].map(({ offsetLag }) => offsetLag)).toEqual([0, 0]);
  });
});
