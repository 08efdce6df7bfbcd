import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import {
  type KeyValueStore,
  type Processor,
  Serdes,
  type StreamRecord,
  StreamsBuilder,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { createTopics, produce } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { startThread } from './thread-under-test.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

describe('caches that are flushed by a clean close', () => {
  let folder: string;
  let bootstrapServers: string;
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    return () => around.close();
  });

  it.each([
    ['lose no result', true],
    // What the join has heard already, and what comes of the other table's cache, is one change of it.
    ['tell each result once', false],
  ])('%s of a join whose store, by its name, comes before those of its tables', async (_, cachingEnabled) => {
    await createTopics(environment, bootstrapServers, { users: 1, orders: 1, out: 1 });
    const builder = new StreamsBuilder();
    const users = builder.table('users', strings);
    const orders = builder.table('orders', strings, { cachingEnabled });
    users
      .join(orders, (user, order) => `${user} ${order}`, strings)
      .toStream()
      .to('out', strings);
    const topology = builder.build();
    const stateDir = path.join(folder, 'state');
    const running = await startThread({ applicationId: 'join', bootstrapServers, topology, stateDir });
    // One after the other: the order has to find the user in its cache.
    await produce(environment, bootstrapServers, [{ topic: 'users', key: 'k', value: 'ann' }]);
    await running.atEnd(1, 'users');
    await produce(environment, bootstrapServers, [{ topic: 'orders', key: 'k', value: 'tea' }]);
    await running.atEnd(1);
    expect(await running.end()).toBeUndefined();
    expect(await topicContents('out', { environment, bootstrapServers })).toEqual(['k=ann tea']);
  });
});

/** Answers each change of the table `numbers` with another one of it, as long as `next` knows one. */
function driverOf(next: (value: number) => number | undefined): TopologyTestDriver {
  const builder = new StreamsBuilder();
  builder
    .table('in', { keySerde: Serdes.string, valueSerde: Serdes.integer }, { storeName: 'numbers' })
    .toStream()
    .process(
      (): Processor<string, number, string, number> => {
        let numbers: KeyValueStore<string, number> | undefined;
        let forward: (record: StreamRecord<string, number>) => void;
        return {
          init(context) {
            numbers = context.getStateStore('numbers') as KeyValueStore<string, number>;
            forward = (record) => void context.forward(record);
          },
          process(record) {
            forward(record);
            const value = next(record.value);
            if (value !== undefined) void numbers?.put(record.key, value);
          },
        };
      },
      { stores: ['numbers'] },
    )
    .to('out', { keySerde: Serdes.string, valueSerde: Serdes.integer });
  return new TopologyTestDriver(builder.build());
}

describe('a processor that writes to the table it comes behind', () => {
  const integers = { keySerde: Serdes.string, valueSerde: Serdes.integer };

  it('has all its changes forwarded by the commit that they come of', () => {
    const driver = driverOf((value) => (value > 0 ? value - 1 : undefined));
    const out = driver.createOutputTopic('out', integers);
    driver.createInputTopic('in', integers).pipeInput('k', 3);
    expect(out.readKeyValues().map(([, value]) => value)).toEqual([3, 2, 1, 0]);
    driver.close();
  });

  it('is told so where they have no end', () => {
    const driver = driverOf((value) => value + 1);
    const input = driver.createInputTopic('in', integers);
    expect(() => input.pipeInput('k', 0)).toThrow('the changes of the store numbers come to no end');
    driver.close();
  });
});
