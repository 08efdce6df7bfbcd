import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { createTopics, produce } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const ID = 'counting';
const RECORDS = 5;

let around: BrokerAndFolder;
let admin: Admin;
let warnings: string[];

beforeEach(async () => {
  around = await brokerAndFolder();
  warnings = [];
  admin = new Admin({ bootstrapServers: around.bootstrapServers });
  await createTopics(environment, around.bootstrapServers, { in: 1 });
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
    logger,
  });
}

const isLost = (line: string): boolean => line.includes('the group has lost committed offsets');
const rewinds = (app: StreamsApp): readonly (number | undefined)[] =>
  Object.values(app.metrics().tasks).flatMap(({ inputs }) => inputs.map(({ rewoundFrom }) => rewoundFrom));

/** Counts what there is, and ends well. */
async function count(expected: number, during: (app: StreamsApp) => void = () => undefined): Promise<void> {
  const app = countingApp();
  await app.start();
  const counted = async (): Promise<number | undefined> => {
    const store = app.keyValueStore<string, number>('counts');
    return (await store.get('key').catch(() => undefined))?.value;
  };
  await expect.poll(counted, PATIENCE).toBe(expected);
  during(app);
  await app.close();
}

const fill = (): Promise<void> =>
  produce(
    environment,
    around.bootstrapServers,
    Array.from({ length: RECORDS }, () => ({ topic: 'in', key: 'key', value: 'x' })),
  );

describe('committed offsets that the group has lost', () => {
  it.each([
    ['are lower', () => admin.alterConsumerGroupOffsets(ID, [{ topic: 'in', partition: 0, offset: 2 }]), 3],
    ['are gone', () => admin.deleteGroups([ID]), RECORDS],
  ])('are named where they %s, and what is counted twice with them', async (_what, lose, again) => {
    await fill();
    await count(RECORDS);
    await lose();
    await count(RECORDS + again, (app) => expect(rewinds(app)).toEqual([RECORDS]));
    expect(warnings.filter(isLost)).toEqual([
      expect.stringMatching(/processed a second time.*"topic":"in","partition":0.*"processed":5/),
    ]);
    // It goes on from there: what was said once is not said again.
    await count(RECORDS + again, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(warnings.filter(isLost)).toHaveLength(1);
  });

  it('are not what is missed where the topic was deleted and made anew: nothing is processed a second time', async () => {
    await fill();
    await count(RECORDS);
    await admin.deleteTopics(['in']);
    await createTopics(environment, around.bootstrapServers, { in: 1 });
    await count(RECORDS, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(warnings.filter(isLost)).toEqual([]);
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /a topic was deleted and made anew.*is lost.*"topic":"in".*"processed":5,"end":0/,
      ),
    );
  });

  it('are not missed after an ordinary restart', async () => {
    await fill();
    await count(RECORDS);
    await fill();
    await count(2 * RECORDS, (app) => expect(rewinds(app)).toEqual([undefined]));
    expect(warnings.filter(isLost)).toEqual([]);
  });
});
