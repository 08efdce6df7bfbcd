import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/client/index.ts';
import { MetadataCache } from '../../src/client/cluster/metadata-cache.ts';
import { consumerSettings } from '../../src/client/config/settings.ts';
import { FetchHub } from '../../src/client/consumer/fetch-hub.ts';
import type { FetchReader } from '../../src/client/consumer/fetch-source.ts';
import { FetchWant } from '../../src/client/consumer/fetch-want.ts';
import { PartitionState } from '../../src/client/consumer/subscription-state.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { until } from './contract/clients.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const WAIT_MS = 500;

interface Asked {
  readonly maxWaitMs: number;
  readonly places: readonly (readonly [partition: number, leaderEpoch: number])[];
}

let broker: ScriptedBroker;
let hub: FetchHub;
let asked: Asked[];

beforeEach(async () => {
  broker = new ScriptedBroker();
  await broker.start();
  asked = [];
  // It never answers: each request keeps its lane.
  broker.on(fetch, ({ maxWaitMs, topics }) => {
    const places = topics.flatMap(({ partitions }) =>
      partitions.map(({ partition, currentLeaderEpoch }) => [partition, currentLeaderEpoch] as const),
    );
    asked.push({ maxWaitMs, places });
    return undefined;
  });
  const { bootstrapServers } = broker;
  hub = new FetchHub(
    consumerSettings({ environment: nodeEnvironment, bootstrapServers, fetchWaitMsMax: WAIT_MS }),
  );
});

afterEach(async () => {
  hub.close();
  await broker.stop();
});

const reader: FetchReader = {
  onEndpoints: () => undefined,
  onAnswer: () => undefined,
  waitsAt: () => false,
  onFailure: () => undefined,
  onEnd: () => undefined,
};

function want(partition: number, leaderEpoch = 1): void {
  const metadata = new MetadataCache();
  const state = new PartitionState({ topic: 't', partition });
  state.seek(0);
  const port = Number(broker.bootstrapServers.split(':')[1]);
  const place = Object.assign(new FetchWant(state, metadata), { leaderEpoch });
  hub.fetch({ id: 0, host: '127.0.0.1', port }, [place], { reader });
}

it('keeps the broker waiting for less on the last connection, which whoever comes next has to wait for', async () => {
  for (let partition = 0; partition < 4; partition++) {
    want(partition);
    await until(() => asked.length === partition + 1);
  }
  expect(asked.map(({ maxWaitMs }) => maxWaitMs)).toEqual([WAIT_MS, WAIT_MS, WAIT_MS, 50]);
});

it('asks apart for those who know another leader of a partition', async () => {
  want(0, 1);
  want(0, 1);
  want(0, 2);
  await until(() => asked.flatMap(({ places }) => places).length >= 2);
  expect(asked.flatMap(({ places }) => places)).toEqual([
    [0, 1],
    [0, 2],
  ]);
});
