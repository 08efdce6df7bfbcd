import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import {
  type ProcessingGuarantee,
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
} from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const PARTITIONS = 2;
const KEYS = Array.from({ length: 10 }, (_, i) => `key-${i}`);
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
/** Long enough for many rounds of a loop whose punctuators are due every 20 ms. */
const MANY_ROUNDS_MS = 600;

let around: BrokerAndFolder;
let apps: StreamsApp[];
let punctuated: number;

beforeEach(async () => {
  around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
  apps = [];
  punctuated = 0;
  await createTopics(environment, around.bootstrapServers, { in: PARTITIONS });
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await around.close();
});

function appOf(name: string, options: Partial<StreamsAppOptions> = {}): StreamsApp {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', strings);
  stream.groupByKey(strings).count({ storeName: 'counts', keySerde: Serdes.string });
  stream.process(() => ({
    init: (context) =>
      void context.schedule({ intervalMs: 20, type: 'wall-clock-time', callback: () => void punctuated++ }),
    process: () => undefined,
  }));
  const app = new StreamsApp({
    environment,
    applicationId: 'paused',
    bootstrapServers: around.bootstrapServers,
    topology: builder.build(),
    stateDir: path.join(around.folder, name),
    commitIntervalMs: 100,
    consumer: { heartbeatIntervalMs: 300 },
    ...options,
  });
  apps.push(app);
  return app;
}

const send = (): Promise<unknown> =>
  produce(
    environment,
    around.bootstrapServers,
    KEYS.map((key) => ({ topic: 'in', key, value: 'x', timestamp: 1_000 })),
  );

const processedBy = (...of: readonly StreamsApp[]): number =>
  of.reduce((sum, app) => sum + app.metrics().totals.processed, 0);

const running = (tasks: number, ...of: readonly StreamsApp[]): Promise<void> =>
  waitFor(environment, `${tasks} tasks each`, () =>
    of.every((app) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === tasks),
  );

const processed = (count: number, ...of: readonly StreamsApp[]): Promise<void> =>
  waitFor(environment, `${count} records`, () => processedBy(...of) === count);

async function committed(): Promise<number> {
  const admin = new Admin({ environment, bootstrapServers: around.bootstrapServers });
  const offsets = await admin.listConsumerGroupOffsets('paused');
  await admin.close();
  return offsets.reduce((sum, { offset }) => sum + offset, 0);
}

const manyRounds = (): Promise<void> => environment.timers.sleep(MANY_ROUNDS_MS);

describe('an application that is paused', () => {
  it.each<ProcessingGuarantee>(['at_least_once', 'exactly_once_v2'])(
    'commits, and processes and punctuates no more until it goes on (%s)',
    async (processingGuarantee) => {
      const app = appOf('a', { processingGuarantee });
      await app.start();
      await running(PARTITIONS, app);
      await send();
      await processed(KEYS.length, app);
      app.pause();
      app.pause();
      expect(app.isPaused).toBe(true);
      let offsets = 0;
      await waitFor(environment, 'the commit', () => {
        void committed().then((sum) => (offsets = sum));
        return offsets === KEYS.length;
      });
      await send();
      await manyRounds();
      const before = punctuated;
      expect(before).toBeGreaterThan(0);
      await manyRounds();
      expect(punctuated).toBe(before);
      expect(processedBy(app)).toBe(KEYS.length);
      expect(app.state).toBe('RUNNING');
      expect((await app.keyValueStore<string, number>('counts').get('key-3'))?.value).toBe(1);
      app.resume();
      expect(app.isPaused).toBe(false);
      await processed(2 * KEYS.length, app);
      await waitFor(environment, 'a punctuator', () => punctuated > before);
    },
  );

  it('may be paused before it starts, and stays so with the tasks that rebalances bring', async () => {
    const app = appOf('a', { standbyReplicas: 1 });
    const other = appOf('b', { standbyReplicas: 1 });
    await send();
    app.pause();
    await app.start();
    await running(PARTITIONS, app);
    await manyRounds();
    expect(processedBy(app)).toBe(0);
    await other.start();
    await running(1, app, other);
    await waitFor(environment, 'records of the other', () => processedBy(other) > 0);
    await manyRounds();
    await other.close();
    const byOther = processedBy(other);
    expect(byOther).toBeLessThan(KEYS.length);
    await running(PARTITIONS, app);
    await manyRounds();
    // What the other has counted is there; nothing was added to it.
    expect(processedBy(app)).toBe(0);
    expect(await app.keyValueStore('counts').approximateNumEntries()).toBe(byOther);
    app.resume();
    await processed(KEYS.length - byOther, app);
  });

  it('leaves its standby tasks as they are', async () => {
    const app = appOf('a', { standbyReplicas: 1 });
    const other = appOf('b', { standbyReplicas: 1 });
    for (const each of [app, other]) await each.start();
    await running(1, app, other);
    await send();
    await processed(KEYS.length, app, other);
    const here = async (): Promise<number> =>
      app.keyValueStore('counts', { allowStale: true }).approximateNumEntries();
    await expect.poll(here, { timeout: 30_000 }).toBe(KEYS.length);
    app.pause();
    // The poll that was under way may still bring something.
    await environment.timers.sleep(2_500);
    await produce(environment, around.bootstrapServers, [
      ...Array.from({ length: 20 }, (_, i) => ({
        topic: 'in',
        key: `late-${i}`,
        value: 'x',
        timestamp: 1_000,
      })),
    ]);
    await waitFor(environment, 'records of the other', () => processedBy(other) > KEYS.length);
    await environment.timers.sleep(2_500);
    expect(await here()).toBe(KEYS.length);
    app.resume();
    await expect.poll(here, { timeout: 30_000 }).toBe(KEYS.length + 20);
  });

  it('may be closed, and goes on where it was', async () => {
    const app = appOf('a');
    app.pause();
    await app.start();
    await running(PARTITIONS, app);
    await send();
    await manyRounds();
    await app.close();
    const again = appOf('a');
    expect(again.isPaused).toBe(false);
    await again.start();
    await processed(KEYS.length, again);
  });
});
