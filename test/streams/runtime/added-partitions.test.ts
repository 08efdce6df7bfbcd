import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PARTITIONS = 4;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

let around: BrokerAndFolder;
let admin: Admin;
let seen: string[];

beforeEach(async () => {
  around = await brokerAndFolder();
  seen = [];
  admin = new Admin({ bootstrapServers: around.bootstrapServers });
  await createTopics(environment, around.bootstrapServers, { in: 2 });
});

afterEach(async () => {
  await admin.close();
  await around.close();
});

function passing(): Topology {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).foreach((_key, value) => void seen.push(value));
  return builder.build();
}

function counting(): Topology {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
  return builder.build();
}

const appOf = (topology: Topology, groupInstanceId?: string): StreamsApp =>
  new StreamsApp({
    environment,
    applicationId: 'app',
    bootstrapServers: around.bootstrapServers,
    topology,
    stateDir: path.join(around.folder, groupInstanceId ?? 'state'),
    commitIntervalMs: 50,
    autoOffsetReset: 'earliest',
    consumer: groupInstanceId === undefined ? {} : { groupInstanceId },
  });

/** One record for each partition. */
const fill = (partitions: number, what: string): Promise<void> =>
  produce(
    environment,
    around.bootstrapServers,
    Array.from({ length: partitions }, (_, partition) => ({
      topic: 'in',
      partition,
      key: `${partition}`,
      value: `${what}${partition}`,
    })),
  );

async function start(app: StreamsApp): Promise<void> {
  await app.start();
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
}

async function addPartitions(): Promise<void> {
  await admin.createPartitions([{ name: 'in', count: PARTITIONS }]);
  await fill(PARTITIONS, 'new');
}

const all = (): boolean => new Set(seen.filter((value) => value.startsWith('new'))).size === PARTITIONS;

it('are read by an application that runs', async () => {
  const app = appOf(passing());
  await start(app);
  await addPartitions();
  await waitFor(environment, 'the records of all partitions', all);
  expect(app.metrics().failures).toBe(0);
  await app.close();
  expect(seen).toHaveLength(PARTITIONS);
});

it('are read by two static members that run', async () => {
  const apps = [appOf(passing(), 'a'), appOf(passing(), 'b')];
  await Promise.all(apps.map(start));
  await addPartitions();
  await waitFor(environment, 'the records of all partitions', all);
  await Promise.all(apps.map((app) => app.close()));
});

it('are read by a static member that comes back within its session', async () => {
  const first = appOf(passing(), 'a');
  await start(first);
  await first.close();
  await addPartitions();
  const second = appOf(passing(), 'a');
  await start(second);
  await waitFor(environment, 'the records of all partitions', all);
  await second.close();
});

it('end an application whose changelogs have other partitions, as in Kafka Streams', async () => {
  const app = appOf(counting());
  const errors: string[] = [];
  app.errors$.subscribe((error) => errors.push(messageOf(error)));
  await start(app);
  await addPartitions();
  await waitFor(environment, 'the end', () => app.state === 'ERROR');
  expect(errors).toEqual([
    expect.stringMatching(/internal topic app-counts-changelog has 2 partitions instead of 4/),
  ]);
});
