import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import {
  type ProcessingGuarantee,
  Serdes,
  StreamsApp,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { StreamsHost } from '../../../src/streams/runtime/streams-host.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';
import { CountedKeys } from './counted-keys.ts';

const keys = new CountedKeys(2000);
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

let around: BrokerAndFolder;
let warnings: string[];
let host: StreamsHost;
let apps: StreamsApp[];

beforeEach(async () => {
  around = await brokerAndFolder();
  warnings = [];
  apps = [];
  await createTopics(environment, around.bootstrapServers, { in: 1 });
  host = newHost();
});
afterEach(async () => {
  await closeAll();
  await around.close();
});

const newHost = (): StreamsHost =>
  new StreamsHost({
    environment,
    bootstrapServers: around.bootstrapServers,
    stateDir: path.join(around.folder, 'shared'),
    clientId: 'host',
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    // So that what is read is not in memory.
    blockCacheBytes: 1 << 16,
  });

async function closeAll(): Promise<void> {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
  await host.close();
}

function countingTopology(): Topology {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
  return builder.build();
}

function failingTopology(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .mapValues((): string => {
      throw new Error('refused');
    })
    .to('out', strings);
  return builder.build();
}

async function start(
  applicationId: string,
  options: { topology?: Topology; isAlone?: boolean; processingGuarantee?: ProcessingGuarantee } = {},
) {
  const { topology = countingTopology(), isAlone = false, processingGuarantee = 'at_least_once' } = options;
  const app = new StreamsApp({
    environment,
    applicationId,
    bootstrapServers: around.bootstrapServers,
    topology,
    stateDir: path.join(around.folder, 'apps'),
    commitIntervalMs: 100,
    processingGuarantee,
    consumer: { sessionTimeoutMs: 6000, heartbeatIntervalMs: 300 },
    host: isAlone ? undefined : host,
  });
  apps.push(app);
  await app.start();
  return app;
}

/** Folders that an application without a host has its database in. */
function databasesOf(applicationId: string): readonly string[] {
  const folder = path.join(around.folder, 'apps', applicationId);
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('thread')) : [];
}

const produceAll = (): Promise<void> => keys.produce(around.bootstrapServers);

it('holds the state of its applications, in one database, over a restart', async () => {
  const [one, two] = [await start('one'), await start('two')];
  await produceAll();
  await Promise.all([keys.counted(one, 1), keys.counted(two, 1)]);
  expect(one.metrics().stateBytes).toBeGreaterThan(0);
  await closeAll();
  expect(databasesOf('one')).toEqual([]);

  host = newHost();
  const again = await start('one');
  const restored: string[] = [];
  again.restores$.subscribe(({ phase }) => restored.push(phase));
  await keys.counted(again, 1);
  expect(restored).toEqual([]);
});

it('has those that are exactly once take turns for their transactions', async () => {
  const turns: number[] = [];
  const take = host.pace.take.bind(host.pace);
  host.pace.take = (nowMs) => {
    const turnMs = take(nowMs);
    turns.push(turnMs);
    return turnMs;
  };
  const often = await start('often');
  await produceAll();
  await keys.counted(often, 1);
  expect(turns).toEqual([]);

  const processingGuarantee = 'exactly_once_v2';
  const [one, two] = [
    await start('one', { processingGuarantee }),
    await start('two', { processingGuarantee }),
  ];
  await Promise.all([keys.counted(one, 1), keys.counted(two, 1)]);
  expect(turns.length).toBeGreaterThan(1);
  expect(turns).toEqual(turns.toSorted((a, b) => a - b));
});

it('goes on when one of its applications fails', async () => {
  const one = await start('one');
  const failing = await start('failing', { topology: failingTopology() });
  failing.errors$.subscribe({ error: () => undefined });
  await produceAll();
  await waitFor(environment, 'the failure', () => failing.state === 'ERROR');
  await keys.counted(one, 1);
  await produceAll();
  await keys.counted(one, 2);
});

it('has all its applications restore their state when one of them finds it damaged', async () => {
  const all = [await start('one'), await start('two'), await start('three')];
  const errors: unknown[] = [];
  for (const app of all) app.errors$.subscribe((error) => errors.push(error));
  await produceAll();
  await Promise.all(all.map((app) => keys.counted(app, 1)));
  await closeAll();
  // The second start moves what is in the log into a table.
  host = newHost();
  const again = [await start('one'), await start('two'), await start('three')];
  for (const app of again) app.errors$.subscribe((error) => errors.push(error));
  await Promise.all(again.map((app) => keys.counted(app, 1)));
  const database = path.join(around.folder, 'shared', 'state', 'rocksdb');
  const tables = readdirSync(database).filter((name) => name.endsWith('.sst'));
  expect(tables).not.toEqual([]);
  for (const name of tables) {
    const file = path.join(database, name);
    writeFileSync(file, Buffer.alloc(statSync(file).size, 7), { flag: 'r+' });
  }
  await produceAll();
  await Promise.all(again.map((app) => keys.counted(app, 2, { orMore: true })));
  expect(errors).toHaveLength(3);
  expect(errors).toEqual(Array(3).fill(expect.objectContaining({ code: 'STATE_STORE_DAMAGED' })));
  expect(warnings).toEqual([
    'the local state cannot be read: it is set aside and restored from the changelogs',
  ]);
});

it('takes over the state of an application that had a database of its own', async () => {
  const before = await start('one', { isAlone: true });
  await produceAll();
  await keys.counted(before, 1);
  await closeAll();

  host = newHost();
  const after = await start('one');
  const restored: string[] = [];
  after.restores$.subscribe(({ phase }) => restored.push(phase));
  await keys.counted(after, 1);
  expect(restored).toEqual([]);
  expect(databasesOf('one')).toEqual([]);
});
