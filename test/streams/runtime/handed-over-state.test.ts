import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger as logger } from '../../../src/base/logger.ts';
import { type RestoreProgress, Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { StreamsHost } from '../../../src/streams/runtime/streams-host.ts';
import { createTopics, produce, readTotals, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PARTITIONS = 4;
const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i}`);
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

let around: BrokerAndFolder;
let host: StreamsHost;
let restores: RestoreProgress[];
let rounds: number;

beforeEach(async () => {
  around = await brokerAndFolder();
  restores = [];
  rounds = 0;
  await createTopics(environment, around.bootstrapServers, { in: PARTITIONS, out: PARTITIONS });
  host = newHost();
  return async () => {
    await host.close();
    await around.close();
  };
});

const newHost = (): StreamsHost =>
  new StreamsHost({
    environment,
    bootstrapServers: around.bootstrapServers,
    stateDir: path.join(around.folder, 'host'),
    clientId: 'host',
    logger,
  });

/** A member of the same application, on the same host. */
async function startMember(): Promise<StreamsApp> {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupByKey()
    .count({ storeName: 'counts', keySerde: Serdes.string })
    .toStream()
    .mapValues(String)
    .to('out', strings);
  const app = new StreamsApp({
    environment,
    applicationId: 'handed',
    bootstrapServers: around.bootstrapServers,
    topology: builder.build(),
    stateDir: path.join(around.folder, 'apps'),
    commitIntervalMs: 100,
    consumer: { heartbeatIntervalMs: 300 },
    host,
  });
  app.restores$.subscribe((progress) => restores.push(progress));
  await app.start();
  return app;
}

const hasTasks = (count: number, ...apps: readonly StreamsApp[]): Promise<void> =>
  waitFor(environment, `${count} tasks each`, () =>
    apps.every((app) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === count),
  );

/** One record more of each key. */
async function count(): Promise<void> {
  rounds++;
  await produce(
    environment,
    around.bootstrapServers,
    KEYS.map((key) => ({ topic: 'in', key, value: 'x' })),
  );
  const total = KEYS.length * rounds;
  const until = { total, partitions: PARTITIONS, timeoutMs: 30_000 };
  const counts = await readTotals(environment, around.bootstrapServers, until);
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(KEYS.map((key) => [key, rounds])));
}

it('a task that moves between members of one process hands its keys over: nothing is restored', async () => {
  const one = await startMember();
  await hasTasks(PARTITIONS, one);
  await count();
  const two = await startMember();
  await hasTasks(PARTITIONS / 2, one, two);
  await count();
  await one.close();
  await hasTasks(PARTITIONS, two);
  await count();
  const three = await startMember();
  await hasTasks(PARTITIONS / 2, two, three);
  await count();
  expect(restores).toEqual([]);
  await Promise.all([two.close(), three.close()]);

  // What they have written together is all there after a restart of the process.
  await host.close();
  host = newHost();
  const four = await startMember();
  await hasTasks(PARTITIONS, four);
  await count();
  expect(restores).toEqual([]);
  await four.close();
});
