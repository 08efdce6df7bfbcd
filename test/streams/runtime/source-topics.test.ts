import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { TopicAccess } from '../../../src/streams/runtime/topic-access.ts';
import { TopicWatch } from '../../../src/streams/runtime/topic-watch.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
let folder: string;
let bootstrapServers: string;

beforeEach(async () => {
  const around = await brokerAndFolder();
  ({ bootstrapServers, folder } = around);
  return () => around.close();
});

const appOf = (topology: Topology): StreamsApp =>
  new StreamsApp({
    environment,
    bootstrapServers,
    applicationId: 'app',
    topology,
    stateDir: folder,
    commitIntervalMs: 50,
    autoOffsetReset: 'latest',
  });

it('reads each source from where it says: a table whole, a stream from now on', async () => {
  await createTopics(environment, bootstrapServers, { orders: 1, people: 1 });
  await produce(environment, bootstrapServers, [
    { topic: 'people', key: 'ann', value: 'oslo' },
    { topic: 'orders', key: 'ann', value: 'old' },
  ]);
  const seen: string[] = [];
  const builder = new StreamsBuilder();
  const people = builder.table('people', { ...strings, offsetReset: 'earliest' });
  builder
    .stream('orders', strings)
    .join(people, (order, city) => `${order} to ${city}`, strings)
    .foreach((_key, value) => void seen.push(value));
  const app = appOf(builder.build());
  await app.start();
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
  // Where the stream begins is settled in the background: orders are sent until one is seen.
  while (seen.length === 0) {
    await produce(environment, bootstrapServers, [{ topic: 'orders', key: 'ann', value: 'new' }]);
    await environment.timers.sleep(20);
  }
  await app.close();
  expect(new Set(seen)).toEqual(new Set(['new to oslo']));
});

it('ends with a clear error when a topic that it reads is deleted', async () => {
  await createTopics(environment, bootstrapServers, { orders: 1 });
  const builder = new StreamsBuilder();
  builder.stream('orders', strings).foreach(() => {});
  const app = appOf(builder.build());
  const errors: string[] = [];
  const states: string[] = [];
  app.errors$.subscribe((error) => errors.push(messageOf(error)));
  app.state$.subscribe((state) => states.push(state));
  await app.start();
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
  const admin = new Admin({ environment, bootstrapServers });
  await admin.deleteTopics(['orders']);
  await waitFor(environment, 'the end', () => app.state === 'ERROR');
  // As in Kafka Streams, nothing but ERROR comes after PENDING_ERROR.
  expect(states.slice(states.lastIndexOf('RUNNING'))).toEqual(['RUNNING', 'PENDING_ERROR', 'ERROR']);
  expect(errors).toEqual(['topic orders, which app reads, does not exist any more']);
  expect((await admin.listTopics()).map(({ name }) => name)).not.toContain('orders');
  await admin.close();
  await app.close();
});

it.each([
  ['read', 'MISSING_SOURCE_TOPIC', /topic read, which app reads, does not exist any more/],
  [
    'app-x-changelog',
    'MISSING_INTERNAL_TOPIC',
    /internal topic app-x-changelog of app does not exist any more/,
  ],
])('notices that %s has vanished', async (topic, code, message) => {
  await createTopics(environment, bootstrapServers, { read: 1, 'app-x-changelog': 1 });
  const admin = new Admin({ environment, bootstrapServers });
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const settings = { applicationId: 'app', environment: { ...environment, clock }, logger: silentLogger };
  const access = new TopicAccess(admin, settings.environment);
  const watch = new TopicWatch(access, settings, {
    sources: new Map([['read', 1]]),
    internal: ['app-x-changelog'],
  });
  const look = async (): Promise<unknown> => {
    nowMs += 60_000;
    try {
      watch.check();
    } catch (error) {
      return error;
    }
    // The next look waits for this one's answer.
    await admin.listTopics();
    return undefined;
  };
  for (let looks = 0; looks < 3; looks++) expect(await look()).toBeUndefined();
  await admin.deleteTopics([topic]);
  let found: unknown;
  for (let looks = 0; looks < 20 && found === undefined; looks++) found = await look();
  expect(found).toMatchObject({ code, message: expect.stringMatching(message) });
  await admin.close();
});

it('ends when its changelog is deleted, and makes no other one in its place', {
  timeout: PATIENCE_MS,
}, async () => {
  await createTopics(environment, bootstrapServers, { orders: 2 });
  const builder = new StreamsBuilder();
  builder.stream('orders', strings).groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
  const app = appOf(builder.build());
  const codes: unknown[] = [];
  app.errors$.subscribe((error) => codes.push((error as { readonly code?: unknown }).code));
  await app.start();
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
  const admin = new Admin({ environment, bootstrapServers });
  await admin.deleteTopics(['app-counts-changelog']);
  // Each commit now has something to write to it.
  while (app.state === 'RUNNING') {
    await produce(environment, bootstrapServers, [{ topic: 'orders', key: 'ann', value: 'tea' }]);
    await environment.timers.sleep(100);
  }
  await waitFor(environment, 'the end', () => app.state === 'ERROR');
  expect(codes).toEqual(['MISSING_INTERNAL_TOPIC']);
  expect((await admin.listTopics()).map(({ name }) => name)).not.toContain('app-counts-changelog');
  await admin.close();
  await app.close();
});
