import { rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/base/errors.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import {
  type FailureContext,
  Serdes,
  SessionWindows,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  TimeWindows,
  type Topology,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** As plain JavaScript may: the answer for BAD is not what the store's serde takes. */
const append = (_key: string, value: string, all: string): string =>
  value === 'BAD' ? (7 as unknown as string) : all + value;

function joining(storeName: string, loggingEnabled = true): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupByKey(strings)
    .aggregate(() => 'x', append, { storeName, loggingEnabled, ...strings })
    .toStream()
    .to('out', strings);
  return builder.build();
}

describe('a value that a store cannot write', () => {
  it.each([true, false])('is the failure of its record, and costs no other (logged: %s)', (logged) => {
    const told: (FailureContext & { readonly message: string })[] = [];
    const driver = new TopologyTestDriver(joining('all', logged), {
      onFailure: {
        processing: (error, context) => {
          told.push({ ...context, message: messageOf(error) });
          return 'continue';
        },
        production: 'continue',
      },
    });
    const input = driver.createInputTopic('in', strings);
    const output = driver.createOutputTopic('out', strings);
    for (const value of ['a', 'BAD', 'b']) input.pipeInput('k', value, { timestamp: 5 });
    input.pipeInput('new', 'BAD', { timestamp: 6 });
    input.pipeInput('new', 'c', { timestamp: 6 });
    expect(output.readKeyValues()).toEqual([
      ['k', 'xa'],
      ['k', 'xab'],
      ['new', 'xc'],
    ]);
    expect(told).toMatchObject([
      {
        message: expect.stringMatching(/^the store all cannot keep a value: /),
        taskId: '0_0',
        nodeName: 'KSTREAM-AGGREGATE-0000000001',
        record: { key: 'k', value: 7, timestamp: 5 },
      },
      { record: { key: 'new', value: 7, timestamp: 6 } },
    ]);
    expect(driver.counts.dropped.processing).toBe(2);
    driver.close();
  });

  it('of a window is taken back, too', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .groupByKey(strings)
      .windowedBy(TimeWindows.ofSizeWithNoGrace(100))
      .aggregate(() => 'x', append, { storeName: 'all', ...strings });
    const driver = new TopologyTestDriver(builder.build(), { onFailure: { processing: 'continue' } });
    const input = driver.createInputTopic('in', strings);
    for (const value of ['a', 'BAD', 'b']) input.pipeInput('k', value, { timestamp: 5 });
    expect(driver.counts.dropped.processing).toBe(1);
    input.pipeInput('k', 'c', { timestamp: 50 });
    driver.close();
  });

  it('ends the task where that is not forgiven, and the store, task and node are named', () => {
    const driver = new TopologyTestDriver(joining('all'), { onFailure: { production: 'continue' } });
    const input = driver.createInputTopic('in', strings);
    expect(() => input.pipeInput('k', 'BAD')).toThrow(
      /^processing of the record at in-0 offset 0 failed in task 0_0, node KSTREAM-AGGREGATE-0000000001: the store all cannot keep a value: /,
    );
    driver.close();
  });

  it('of a store that takes nothing back ends the task, with the same names', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .groupByKey(strings)
      .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(100))
      .aggregate(
        () => 'x',
        append,
        (_key, one) => one,
        { storeName: 'all', ...strings },
      );
    const driver = new TopologyTestDriver(builder.build(), { onFailure: { processing: 'continue' } });
    const input = driver.createInputTopic('in', strings);
    expect(() => input.pipeInput('k', 'BAD')).toThrow(
      /^processing failed in task 0_0, node KSTREAM-AGGREGATE-0000000001: the store all cannot keep a value: /,
    );
    driver.close();
  });
});

describe('a value that a store of an application cannot write', () => {
  let folder: string;
  let bootstrapServers: string;
  let admin: Admin;
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    admin = new Admin({ environment, bootstrapServers });
    return async () => {
      await admin.close();
      await around.close();
    };
  });

  const appOf = (options: Partial<StreamsAppOptions>): StreamsApp =>
    new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'app',
      topology: joining('all'),
      stateDir: path.join(folder, 'state'),
      commitIntervalMs: 50,
      ...options,
    });
  const send = (key: string, value: string): Promise<void> =>
    produce(environment, bootstrapServers, [{ topic: 'in', key, value }]);
  const resultsOf = async (count: number): Promise<readonly string[]> => {
    for (;;) {
      const found = await results();
      if (found.length >= count) return found;
      await environment.timers.sleep(20);
    }
  };
  const results = (): Promise<readonly string[]> => topicContents('out', { environment, bootstrapServers });

  it.each([
    ['behind a cache', 10_000_000, { topic: 'in', partition: 0, offset: 1 }],
    ['without a cache', 0, { topic: '', partition: -1, offset: -1 }],
  ])(
    '%s is passed over where the handler says so, on the disk and in the changelog',
    async (_, cacheBytesMax, origin) => {
      const told: FailureContext[] = [];
      const onFailure = {
        processing: (_error: unknown, context: FailureContext): 'continue' => {
          told.push(context);
          return 'continue';
        },
        production: 'continue',
      } as const;
      const app = appOf({ cacheBytesMax, onFailure });
      await app.start();
      await send('k', 'a');
      await resultsOf(1);
      const committed = async (): Promise<number | undefined> =>
        (await admin.listConsumerGroupOffsets('app')).find(({ topic }) => topic === 'in')?.offset;
      await expect.poll(committed, { timeout: PATIENCE_MS }).toBe(1);
      await send('k', 'BAD');
      await waitFor(environment, 'the failure', () => told.length === 1);
      await send('k', 'b');
      await send('j', 'q');
      await resultsOf(3);
      await app.close();
      expect(app.state).toBe('NOT_RUNNING');
      expect(app.metrics().failures).toBe(0);
      expect(told).toMatchObject([{ ...origin, record: { key: 'k', value: 7 } }]);
      await rm(path.join(folder, 'state'), { recursive: true });
      const second = appOf({});
      await second.start();
      await waitFor(environment, 'RUNNING', () => second.state === 'RUNNING');
      await send('k', 'c');
      await resultsOf(4);
      await second.close();
      expect(await resultsOf(4)).toEqual(['k=xa', 'k=xab', 'j=xq', 'k=xabc']);
    },
  );
});
