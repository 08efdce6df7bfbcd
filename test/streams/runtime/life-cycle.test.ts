import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { AssertionFailure, messageOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { Cluster } from '../../../src/client/cluster/cluster.ts';
import { GroupCoordinator } from '../../../src/client/cluster/coordinator.ts';
import { consumerSettings } from '../../../src/client/config/settings.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import {
  type ProcessorSupplier,
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  type StreamsState,
} from '../../../src/streams/index.ts';
import { streamsAppSettings } from '../../../src/streams/runtime/streams-app-options.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
type Supplier = ProcessorSupplier<string, string, string, string>;
let folder: string;
let bootstrapServers: string;

beforeEach(async () => {
  const around = await brokerAndFolder();
  ({ bootstrapServers, folder } = around);
  await createTopics(environment, bootstrapServers, { in: 1 });
  return () => around.close();
});

function appOf(supplier: Supplier, options: Partial<StreamsAppOptions> = {}): StreamsApp {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).process(supplier);
  return new StreamsApp({
    environment,
    bootstrapServers,
    applicationId: 'life',
    topology: builder.build(),
    stateDir: folder,
    commitIntervalMs: 50,
    ...options,
  });
}

const send = (...values: readonly string[]): Promise<void> =>
  produce(
    environment,
    bootstrapServers,
    values.map((value) => ({ topic: 'in', key: 'k', value })),
  );

/** Puts the members of a group out, as a coordinator does with a session that has ended. */
async function putOut(groupId: string): Promise<void> {
  const admin = new Admin({ environment, bootstrapServers });
  const [group] = await admin.describeGroups([groupId]);
  await admin.close();
  const cluster = new Cluster({
    settings: consumerSettings({ environment, bootstrapServers }),
    allowAutoTopicCreation: false,
  });
  const members = group?.members.map(({ memberId }) => ({ memberId, groupInstanceId: null })) ?? [];
  expect(members).toHaveLength(1);
  await new GroupCoordinator(cluster, groupId).send({ api: leaveGroup, body: { groupId, members } });
  await cluster.close();
}

it('joins again, with nothing lost, when the group has put it out before a commit', async () => {
  const seen: string[] = [];
  const states: StreamsState[] = [];
  const app = appOf(() => ({ process: ({ value }) => void seen.push(value) }), {
    // Only the commit can find out.
    consumer: { heartbeatIntervalMs: 20_000, sessionTimeoutMs: 60_000 },
  });
  app.state$.subscribe((state) => states.push(state));
  await app.start();
  await send('a');
  await waitFor(environment, 'the first record', () => seen.length === 1);
  states.length = 0;
  await putOut('life');
  await send('b');
  await waitFor(environment, 'the second record', () => seen.includes('b'));
  await waitFor(environment, 'a rebalance', () => states.join(' ').includes('REBALANCING RUNNING'));
  await send('c');
  await waitFor(environment, 'the third record', () => seen.includes('c'));
  await app.close();
  expect(states.at(-1)).toBe('NOT_RUNNING');
});

it('closes what a start that was under way has opened', async () => {
  const app = appOf(() => ({ process() {} }));
  const starting = app.start();
  await app.close();
  expect(app.state).toBe('NOT_RUNNING');
  await starting;
  const second = appOf(() => ({ process() {} }));
  await second.start();
  await second.close();
});

it('starts again as often as it is told to, also when it cannot even start', async () => {
  const admin = new Admin({ environment, bootstrapServers });
  const seen: string[] = [];
  const failures: string[] = [];
  const app = appOf(
    () => ({
      async process({ value }) {
        if (value === 'good') return void seen.push(value);
        await admin.deleteTopics(['in']);
        throw new Error('bad');
      },
    }),
    {
      onUncaught: (error) => {
        failures.push(messageOf(error));
        return 'REPLACE_THREAD';
      },
    },
  );
  await send('bad');
  await app.start();
  await waitFor(environment, 'the second failure', () => failures.length === 2);
  expect(failures).toEqual([expect.stringContaining('bad'), 'source topics do not exist: in']);
  await createTopics(environment, bootstrapServers, { in: 1 });
  await send('good', 'good');
  await waitFor(environment, 'a record', () => seen.length > 0);
  await app.close();
  await admin.close();
  expect(app.state).toBe('NOT_RUNNING');
});

it('begins another loop at once at first, then after longer and longer pauses', async () => {
  const pauses: number[] = [];
  const app = appOf(
    () => ({
      process() {
        throw new Error('bad');
      },
    }),
    {
      onUncaught: () => 'REPLACE_THREAD',
      logger: {
        ...silentLogger,
        info: (_message, fields) => {
          if (typeof fields?.['pauseMs'] === 'number') pauses.push(fields['pauseMs']);
        },
      },
    },
  );
  await send('a');
  await app.start();
  await waitFor(environment, 'four failures', () => pauses.length >= 4);
  await app.close();
  // Each is up to a fifth shorter than 100, 200 and 400 ms.
  expect(pauses.slice(0, 4).map((pauseMs) => Math.ceil(pauseMs / 100) * 100)).toEqual([0, 100, 200, 400]);
});

it('ends at a bug, whatever the handlers say', async () => {
  const failure = new AssertionFailure('a store has lost a row');
  const app = appOf(
    () => ({
      process() {
        throw failure;
      },
    }),
    { onFailure: { processing: 'continue' }, onUncaught: () => 'REPLACE_THREAD' },
  );
  const errors: unknown[] = [];
  app.errors$.subscribe((error) => errors.push(error));
  await send('a', 'b');
  await app.start();
  await waitFor(environment, 'its end', () => app.state === 'ERROR');
  expect(errors).toEqual([failure]);
  expect(failure.stopped).toBe('application life');
  await app.close();
});

it('ends, and tells why, when the handler of uncaught errors throws', async () => {
  const errors: string[] = [];
  const app = appOf(
    () => ({
      process() {
        throw new Error('bad');
      },
    }),
    {
      onUncaught: () => {
        throw new Error('worse');
      },
    },
  );
  let metrics = 0;
  let completed = false;
  app.errors$.subscribe((error) => errors.push(messageOf(error)));
  app.metrics$.subscribe({ next: () => metrics++, complete: () => (completed = true) });
  await send('a');
  await app.start();
  await waitFor(environment, 'the end', () => app.state === 'ERROR');
  expect(errors).toEqual([expect.stringContaining('bad'), 'worse']);
  expect(metrics).toBeGreaterThan(0);
  expect(completed).toBe(true);
  await app.close();
});

it('ends all instances of the application when the handler says so', async () => {
  const admin = new Admin({ environment, bootstrapServers });
  await admin.createPartitions([{ name: 'in', count: 2 }]);
  await admin.close();
  const supplier: Supplier = () => ({
    process({ value }) {
      if (value === 'bad') throw new Error('bad');
    },
  });
  const apps = ['one', 'two'].map((name) => appOf(supplier, { stateDir: `${folder}/${name}` }));
  const errors: string[] = [];
  for (const app of apps) {
    app.setUncaughtExceptionHandler(() => 'SHUTDOWN_APPLICATION');
    app.errors$.subscribe((error) => errors.push(messageOf(error)));
    await app.start();
  }
  const areRunning = (): boolean =>
    apps.every((app) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === 1);
  await waitFor(environment, 'both to run', areRunning);
  expect(() => apps[0]?.setUncaughtExceptionHandler(() => 'REPLACE_THREAD')).toThrow('before the start');
  await send('good', 'bad');
  await waitFor(environment, 'the end of both', () => apps.every(({ state }) => state === 'ERROR'));
  expect(errors).toEqual([
    expect.stringContaining('bad'),
    'another instance has failed and has asked all instances of the application to end',
  ]);
  for (const app of apps) await app.close();
});

it('has ended for its watchers when it could not start', async () => {
  const builder = new StreamsBuilder();
  builder.stream('missing', strings).foreach(() => {});
  const app = new StreamsApp({
    environment,
    bootstrapServers,
    applicationId: 'life',
    topology: builder.build(),
    stateDir: folder,
  });
  const seen: string[] = [];
  app.state$.subscribe({ next: (state) => seen.push(state), complete: () => seen.push('completed') });
  await expect(app.start()).rejects.toMatchObject({ code: 'MISSING_SOURCE_TOPIC' });
  expect(seen).toEqual(['CREATED', 'REBALANCING', 'ERROR', 'completed']);
});

it('closes all of a task though a processor of it throws, and frees its folder', async () => {
  const closed: string[] = [];
  const seen: string[] = [];
  const failing: Supplier = () => ({
    process: ({ value }) => void seen.push(value),
    close() {
      throw new Error('cannot close');
    },
  });
  const fine: Supplier = () => ({ process() {}, close: () => void closed.push('fine') });
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', strings);
  stream.process(fine);
  stream.process(failing);
  const topology = builder.build();
  const app = appOf(fine, { topology });
  await send('a');
  await app.start();
  await waitFor(environment, 'the record', () => seen.length === 1);
  await app.close();
  expect(app.state).toBe('NOT_RUNNING');
  expect(closed).toEqual(['fine']);
  const second = appOf(fine, { topology });
  await second.start();
  await second.close();
});

it('asks the processing handler about punctuators that throw', async () => {
  const seen: string[] = [];
  const app = appOf(
    () => ({
      init(context) {
        const callback = (): never => {
          throw new Error('not now');
        };
        context.schedule({ intervalMs: 1, type: 'stream-time', callback });
      },
      process: ({ value }) => void seen.push(value),
    }),
    { onFailure: { processing: 'continue' } },
  );
  await send('a', 'b');
  await app.start();
  await waitFor(environment, 'both records', () => seen.length === 2);
  expect(app.metrics().tasks['0_0']?.dropped.processing).toBeGreaterThan(0);
  await app.close();
});

it('keeps its state in a temporary folder unless told otherwise', () => {
  const topology = new StreamsBuilder().build();
  const settings = streamsAppSettings({ applicationId: 'a', bootstrapServers: 'x:1', topology });
  expect(settings.stateDir).toBe(path.join(tmpdir(), 'millrace-streams'));
});

it('need not end at once: closing says when its time is up, and goes on', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const seen: string[] = [];
  const app = appOf(() => ({
    process({ value }) {
      seen.push(value);
      return held;
    },
  }));
  await send('a');
  await app.start();
  await waitFor(environment, 'the record', () => seen.length === 1);
  await expect(app.close({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'CLOSE_TIMED_OUT' });
  release();
  await app.close();
  expect(app.state).toBe('NOT_RUNNING');
});

it.each([
  [undefined, 1],
  [false, 1],
  [true, 0],
])('a static member that closes with leaveGroup %s leaves %i members behind', async (leaveGroup, count) => {
  const seen: string[] = [];
  const app = appOf(() => ({ process: ({ value }) => void seen.push(value) }), {
    consumer: { groupInstanceId: 'one' },
  });
  await send('a');
  await app.start();
  await waitFor(environment, 'the record', () => seen.length === 1);
  await app.close(leaveGroup === undefined ? {} : { leaveGroup });
  const admin = new Admin({ environment, bootstrapServers });
  const [group] = await admin.describeGroups(['life']);
  await admin.close();
  expect(group?.members).toHaveLength(count);
});

it.each(['retry', undefined, Promise.resolve('REPLACE_THREAD')])(
  'ends when the handler of uncaught errors answers %s',
  async (answer) => {
    const app = appOf(
      () => ({
        process() {
          throw new Error('bad');
        },
      }),
      { onUncaught: () => answer as 'REPLACE_THREAD' },
    );
    const errors: string[] = [];
    app.errors$.subscribe((error) => errors.push(messageOf(error)));
    await send('a');
    await app.start();
    await waitFor(environment, 'the end', () => app.state === 'ERROR');
    expect(errors).toEqual([
      expect.stringContaining('bad'),
      expect.stringMatching(/^the handler of uncaught errors gave /),
    ]);
    await app.close();
  },
);
