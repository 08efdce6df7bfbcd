import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import {
  type KeyValueStore,
  keyValueStore,
  type Processor,
  Serdes,
  StreamsApp,
  StreamsBuilder,
  type StreamsAppOptions,
  type Topology,
} from '../../../src/streams/index.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';
import { CountedKeys } from './counted-keys.ts';

const keys = new CountedKeys(3000);

let around: BrokerAndFolder;
let warnings: string[];

beforeEach(async () => {
  around = await brokerAndFolder();
  warnings = [];
  await createTopics(environment, around.bootstrapServers, { in: 1 });
});
afterEach(() => around.close());

const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Counts by an operator, whose state the executor reads. */
function countingTopology(): Topology {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
  return builder.build();
}

/** Counts by a processor, which reads its store itself. */
function processorTopology(): Topology {
  const builder = new StreamsBuilder();
  const counts = keyValueStore({
    name: 'counts',
    keySerde: Serdes.string,
    valueSerde: Serdes.json<number>(),
  });
  builder.addStateStore(counts);
  let store: KeyValueStore<string, number>;
  const supplier = (): Processor<string, string, never, never> => ({
    init(context) {
      store = context.getStateStore(counts);
    },
    async process({ key }) {
      await store.put(key, ((await store.get(key)) ?? 0) + 1);
    },
  });
  builder.stream('in', strings).process(supplier, { stores: ['counts'] });
  return builder.build();
}

function countingApp(options: Partial<StreamsAppOptions> = {}): StreamsApp {
  return new StreamsApp({
    environment,
    applicationId: 'counting',
    bootstrapServers: around.bootstrapServers,
    topology: countingTopology(),
    stateDir: around.folder,
    commitIntervalMs: 100,
    consumer: { sessionTimeoutMs: 6000, heartbeatIntervalMs: 300 },
    logger,
    ...options,
  });
}

const thread = (): string => path.join(around.folder, 'counting', 'thread-1');
const files = (pattern: RegExp): string[] => {
  const database = path.join(thread(), 'rocksdb');
  return readdirSync(database)
    .filter((name) => pattern.test(name))
    .map((name) => path.join(database, name));
};
const setAside = (): string[] =>
  [around.folder, path.dirname(thread()), thread()].flatMap((folder) =>
    readdirSync(folder).filter((name) => /-damaged-\d+$/.test(name)),
  );
const replaceByFile = (folder: string): void => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'thesis');
};
const replaceByFolder = (name: RegExp): void => {
  const [file = ''] = files(name);
  rmSync(file);
  mkdirSync(file);
};
/** Overwrites files in place, so that whoever has them open reads the rubbish. */
const overwrite = (names: readonly string[]): void => {
  expect(names).not.toEqual([]);
  for (const name of names) writeFileSync(name, Buffer.alloc(statSync(name).size, 7), { flag: 'r+' });
};

const produceAll = (): Promise<void> => keys.produce(around.bootstrapServers);

/** Runs an application until all keys have been counted so often, then ends it well. */
async function countTo(count: number, options: Partial<StreamsAppOptions> = {}): Promise<void> {
  const app = countingApp(options);
  await app.start();
  await produceAll();
  await keys.counted(app, count);
  await app.close();
}

describe('state that cannot be read', () => {
  it.each([
    ['the file that names the manifest is gone', () => rmSync(files(/^CURRENT$/)[0] ?? '')],
    ['the manifest is rubbish', () => overwrite(files(/^MANIFEST/))],
    ['the tables are gone', () => files(/\.sst$/).forEach((name) => rmSync(name))],
    ['the tables are rubbish', () => overwrite(files(/\.sst$/))],
    ['there is a folder in the place of the identity', () => replaceByFolder(/^IDENTITY$/)],
    [
      'there is a folder in the place of the file that names the manifest',
      () => replaceByFolder(/^CURRENT$/),
    ],
    ['there is a folder in the place of the manifest', () => replaceByFolder(/^MANIFEST/)],
    ['there is a folder in the place of the lock', () => replaceByFolder(/^LOCK$/)],
    ['there is a folder in the place of a table', () => replaceByFolder(/\.sst$/)],
    ['there is a file in the place of the database', () => replaceByFile(path.join(thread(), 'rocksdb'))],
    ["there is a file in the place of the thread's folder", () => replaceByFile(thread())],
    ["there is a file in the place of the application's folder", () => replaceByFile(path.dirname(thread()))],
  ])('is set aside and restored at start, where %s', async (_what, damage) => {
    await countTo(1);
    // The second start moves what is in the log into a table.
    await countTo(2);
    damage();
    await countTo(3);
    expect(setAside()).toHaveLength(1);
    expect(warnings).toEqual([
      'the local state cannot be read: it is set aside and restored from the changelogs',
    ]);
  });

  it.each([
    ['an operator needs it', () => ({})],
    [
      'a processor needs it whose failures are forgiven',
      () => ({ topology: processorTopology(), onFailure: { processing: 'continue' } }),
    ],
  ] as const)('is restored while the application runs, where %s', async (_what, optionsOf) => {
    await countTo(1, optionsOf());
    const app = countingApp({ ...optionsOf(), blockCacheBytes: 1 << 16 });
    const errors: unknown[] = [];
    app.errors$.subscribe((error) => errors.push(error));
    await app.start();
    await waitFor(environment, 'the application', () => app.state === 'RUNNING');
    overwrite(files(/\.sst$/));
    await produceAll();
    await keys.counted(app, 2, { orMore: true });
    expect(errors).toEqual([expect.objectContaining({ code: 'STATE_STORE_DAMAGED' })]);
    expect(setAside()).toHaveLength(1);
    await app.close();
  });

  it('is kept aside twice at most', async () => {
    await countTo(1);
    for (let count = 2; count <= 4; count++) {
      rmSync(files(/^CURRENT$/)[0] ?? '');
      await countTo(count);
    }
    expect(setAside()).toHaveLength(2);
  });
});
