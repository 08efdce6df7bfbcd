import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const ID = 'counting';
const CHANGELOG = `${ID}-counts-changelog`;
const RECORDS = 5;

let around: BrokerAndFolder;
let admin: Admin;
let warnings: string[];

beforeEach(async () => {
  around = await brokerAndFolder();
  warnings = [];
  admin = new Admin({ bootstrapServers: around.bootstrapServers });
  await createTopics(environment, around.bootstrapServers, { in: 1 });
  await fill();
});

afterEach(async () => {
  await admin.close();
  await around.close();
});

const logger: Logger = {
  ...silentLogger,
  warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
};

function countingApp(): StreamsApp {
  const builder = new StreamsBuilder();
  builder
    .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string })
    .groupByKey()
    .count({ storeName: 'counts', keySerde: Serdes.string });
  return new StreamsApp({
    environment,
    applicationId: ID,
    bootstrapServers: around.bootstrapServers,
    topology: builder.build(),
    stateDir: path.join(around.folder, 'state'),
    commitIntervalMs: 50,
    consumer: { sessionTimeoutMs: 6000, heartbeatIntervalMs: 300 },
    onUncaught: () => 'REPLACE_THREAD',
    logger,
  });
}

async function counted(app: StreamsApp): Promise<number | undefined> {
  const store = app.keyValueStore<string, number>('counts');
  return (await store.get('key').catch(() => undefined))?.value;
}

/** Counts what there is, and ends well. */
async function count(expected: number): Promise<void> {
  const app = countingApp();
  await app.start();
  await expect.poll(() => counted(app), PATIENCE).toBe(expected);
  await app.close();
}

const fill = (): Promise<void> =>
  produce(
    environment,
    around.bootstrapServers,
    Array.from({ length: RECORDS }, () => ({ topic: 'in', key: 'key', value: 'x' })),
  );

const said = (): readonly string[] => warnings.filter((line) => line.startsWith('the changelog was deleted'));

it('keeps the state of which it was the copy, and names it, where the application was closed', async () => {
  await count(RECORDS);
  await admin.deleteTopics([CHANGELOG]);
  // Without a new record, and with some.
  await count(RECORDS);
  await fill();
  await count(2 * RECORDS);
  expect(said()).toEqual([
    expect.stringMatching(/local state is kept.*"store":"counts","topic":"counting-counts-changelog"/),
  ]);
});

it('keeps the state where the application runs, and goes on with it', async () => {
  const app = countingApp();
  await app.start();
  await expect.poll(() => counted(app), PATIENCE).toBe(RECORDS);
  // Its end is committed: nothing is under way that would be counted again.
  const committed = async (): Promise<number | undefined> =>
    (await admin.listConsumerGroupOffsets(ID)).find(({ topic }) => topic === 'in')?.offset;
  await expect.poll(committed, PATIENCE).toBe(RECORDS);
  await admin.deleteTopics([CHANGELOG]);
  await waitFor(environment, 'another loop', () => app.metrics().failures > 0);
  await fill();
  await expect.poll(() => counted(app), PATIENCE).toBe(2 * RECORDS);
  await app.close();
  expect(said()).toEqual([expect.stringMatching(/local state is kept/)]);
});

it('begins anew where the group has no offsets any more either, and says so', async () => {
  await count(RECORDS);
  await fill();
  await admin.deleteTopics([CHANGELOG]);
  await admin.deleteGroups([ID]);
  await count(2 * RECORDS);
  expect(said()).toEqual([expect.stringMatching(/begins anew.*"committed":"lost"/)]);
});
