import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import {
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  StreamsHost,
} from '../../../src/streams/index.ts';
import { countedConnections } from '../../client/counted-connections.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const RECORDS = 20;

let folder: string;
let bootstrapServers: string;
let counted: ReturnType<typeof countedConnections>;
let host: StreamsHost;

beforeEach(async () => {
  const around = await brokerAndFolder({ 'group.initial.rebalance.delay.ms': 0 });
  ({ bootstrapServers, folder } = around);
  counted = countedConnections();
  host = new StreamsHost({
    environment: counted.environment,
    bootstrapServers,
    stateDir: `${folder}/shared`,
  });
  await createTopics(environment, bootstrapServers, { in: 2 });
  return async () => {
    await host.close();
    await around.close();
  };
});

/** Every second one counts, behind a repartition topic. */
function appOf(i: number, options: Partial<StreamsAppOptions> = {}): StreamsApp {
  const builder = new StreamsBuilder();
  const input = builder.stream('in', strings);
  if (i % 2 === 0) input.mapValues((value) => `${value} ${i}`).to(`out-${i}`, strings);
  else
    input
      .groupBy((_key, value) => value, strings)
      .count({ storeName: 'counts', keySerde: Serdes.string })
      .toStream()
      .mapValues(String, { valueSerde: Serdes.string })
      .to(`out-${i}`, strings);
  return new StreamsApp({
    environment: counted.environment,
    bootstrapServers,
    applicationId: `app-${i}`,
    topology: builder.build(),
    stateDir: folder,
    commitIntervalMs: 100,
    host,
    ...options,
  });
}

async function running(apps: readonly StreamsApp[]): Promise<void> {
  await Promise.all(apps.map((app) => app.start()));
  await waitFor(environment, 'RUNNING', () => apps.every(({ state }) => state === 'RUNNING'));
}

async function produceInput(): Promise<void> {
  const records = Array.from({ length: RECORDS }, (_, i) => ({
    topic: 'in',
    key: `k${i}`,
    value: `v${i % 4}`,
  }));
  await produce(environment, bootstrapServers, records);
}

/** What a topic ends up with, by key. */
async function results(topic: string, isComplete: (found: ReadonlyMap<string, string>) => boolean) {
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  const count = (await consumer.partitionsFor(topic)).length;
  consumer.assign(Array.from({ length: count }, (_, partition) => ({ topic, partition })));
  const found = new Map<string, string>();
  const endMs = environment.clock.monotonicMs() + 30_000;
  while (!isComplete(found)) {
    if (environment.clock.monotonicMs() > endMs) throw new Error(`${topic}: ${JSON.stringify([...found])}`);
    for (const { records } of await consumer.poll(100)) {
      for (const { key, value } of records) found.set(String(key), String(value));
    }
  }
  await consumer.close();
  return found;
}

async function resultsOf(i: number): Promise<void> {
  if (i % 2 === 0) {
    const found = await results(`out-${i}`, ({ size }) => size === RECORDS);
    expect(found.get('k5')).toBe(`v1 ${i}`);
  } else {
    const isCounted = (found: ReadonlyMap<string, string>) =>
      [...found.values()].reduce((sum, count) => sum + Number(count), 0) === RECORDS;
    expect((await results(`out-${i}`, isCounted)).size).toBe(4);
  }
}

it('applications on a host do what they do alone, over a handful of connections', {
  timeout: PATIENCE_MS,
}, async () => {
  const apps = Array.from({ length: 8 }, (_, i) => appOf(i));
  await running(apps);
  await produceInput();
  for (let i = 0; i < apps.length; i++) await resultsOf(i);
  // One to fetch for each, and what they share: metadata and the way in, admin, produce, group, some joins.
  expect(counted.open()).toBeLessThanOrEqual(apps.length + 12);
  const admin = new Admin({ environment, bootstrapServers });
  const groups = await admin.describeGroups(['app-3', 'app-4']);
  const clientIds = groups.flatMap(({ members }) => members.map(({ clientId }) => clientId));
  expect(clientIds).toEqual(['app-3-consumer', 'app-4-consumer']);
  await admin.close();
  await Promise.all(apps.map((app) => app.close()));
  expect(apps.map(({ state }) => state)).toEqual(apps.map(() => 'NOT_RUNNING'));
  await host.close();
  // A fetch that was under way ends with its answer.
  await waitFor(environment, 'no connection to be open', () => counted.open() === 0);
});

it('one that fails stops alone', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .mapValues((): string => {
      throw new Error('poisoned');
    })
    .to('out-poisoned', strings);
  const poisoned = appOf(100, { applicationId: 'poisoned', topology: builder.build() });
  const apps = [appOf(0), appOf(1)];
  await running([...apps, poisoned]);
  await produceInput();
  for (let i = 0; i < apps.length; i++) await resultsOf(i);
  await waitFor(environment, 'its end', () => poisoned.state === 'ERROR');
  expect(apps.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING']);
});

it('one whose output is refused does not hold up the commits of others', async () => {
  const [stuck, other] = [appOf(0), appOf(2)];
  await running([stuck, other]);
  await produceInput();
  await resultsOf(0);
  const admin = new Admin({ environment, bootstrapServers });
  const tooSmall = { name: 'max.message.bytes', op: 'set', value: '10' } as const;
  await admin.incrementalAlterConfigs([{ type: 'topic', name: 'out-0', alterations: [tooSmall] }]);
  const errors: unknown[] = [];
  stuck.errors$.subscribe((error) => errors.push(error));
  await produceInput();
  await waitFor(environment, 'its end', () => stuck.state === 'ERROR');
  expect(errors).not.toEqual([]);
  await waitFor(environment, 'all to be processed', () => other.metrics().totals.processed === 2 * RECORDS);
  expect(other.state).toBe('RUNNING');
  await admin.close();
});

it('closing a host closes its applications first, and none can be started on it then', {
  timeout: PATIENCE_MS,
}, async () => {
  const apps = [appOf(0), appOf(1)];
  await running(apps);
  await produceInput();
  await resultsOf(1);
  await host.close();
  expect(apps.map(({ state }) => state)).toEqual(['NOT_RUNNING', 'NOT_RUNNING']);
  const late = appOf(2);
  await expect(late.start()).rejects.toMatchObject({ code: 'CLOSED' });
  expect(late.state).toBe('CREATED');
});

it('refuses an application of another cluster', () => {
  expect(() => appOf(0, { bootstrapServers: '127.0.0.1:1' })).toThrow(/different bootstrap.servers/);
});
