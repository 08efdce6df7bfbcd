import { afterAll, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import type { Workers } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { nodeWorkers } from '../../../src/base/io/node-workers.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { type BatchOptions, makeBatch } from '../log/batches.ts';
import { TestBrokers } from '../running-broker.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

const TOPIC = 2;
const SET = 0;
const DELETE = 1;

function clientOf(broker: Broker) {
  const client = brokers.to(broker);
  return {
    create: (name: string, configs: readonly { readonly name: string; readonly value: string }[] = []) =>
      client.send(createTopics, 7, { topics: [{ name, numPartitions: 1, replicationFactor: 1, configs }] }),
    async produce(name: string, options: BatchOptions): Promise<number | undefined> {
      const records = makeBatch({ timestamp: Date.now(), ...options });
      const topicData = [{ name, partitionData: [{ index: 0, records }] }];
      const { responses } = await client.send(produce, 9, { acks: -1, timeoutMs: 10_000, topicData });
      return responses[0]?.partitionResponses[0]?.errorCode;
    },
    alter: (topic: string, name: string, value: string | null) =>
      client.send(incrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: TOPIC,
            resourceName: topic,
            configs: [{ name, configOperation: value === null ? DELETE : SET, value }],
          },
        ],
      }),
    async batches(topic: string) {
      const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 2 ** 26 }];
      const { responses } = await client.send(fetch, 11, {
        maxWaitMs: 0,
        maxBytes: 2 ** 26,
        topics: [{ topic, partitions }],
      });
      return batchesOf(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0));
    },
  };
}

it("a topic's codec can be changed while it is written to, and the broker gives the default", async () => {
  const client = clientOf(await brokers.start({ 'compression.type': 'gzip' }));
  await client.create('changing', [{ name: 'compression.type', value: 'zstd' }]);
  const send = () => client.produce('changing', { records: 2, compression: 'snappy' });
  expect(await send()).toBe(ErrorCode.NONE);
  for (const value of ['lz4', 'uncompressed', 'producer', null]) {
    await client.alter('changing', 'compression.type', value);
    expect(await send()).toBe(ErrorCode.NONE);
  }
  const batches = await client.batches('changing');
  expect(batches.map(({ compression }) => compression)).toEqual(['zstd', 'lz4', 'none', 'snappy', 'gzip']);
  expect(batches.flatMap((batch) => decodeBatch(batch)).map(({ offset }) => offset)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
});

it('batches that are large, or whose level is slow, are put under their codec beside the event loop', async () => {
  let asked = 0;
  const workers: Workers = {
    run(task, input) {
      asked++;
      return nodeWorkers.run(task, input);
    },
  };
  const broker = await brokers.start({}, { environment: { ...nodeEnvironment, workers } });
  const client = clientOf(broker);
  await client.create('quick', [{ name: 'compression.type', value: 'gzip' }]);
  await client.create('slow', [
    { name: 'compression.type', value: 'zstd' },
    { name: 'compression.zstd.level', value: '19' },
  ]);
  await client.create('packed', [
    { name: 'compression.type', value: 'lz4' },
    { name: 'compression.lz4.level', value: '12' },
  ]);
  const results: number[] = [];
  for (const [topic, options] of [
    ['quick', { records: 10 }],
    ['quick', { records: 900, valueBytes: 1_000 }],
    ['quick', { records: 900, valueBytes: 1_000, compression: 'lz4' }],
    ['slow', { records: 10 }],
    ['slow', { records: 10, compression: 'zstd' }],
    ['packed', { records: 10 }],
  ] as const) {
    expect(await client.produce(topic, options)).toBe(ErrorCode.NONE);
    results.push(asked);
  }
  expect(results).toEqual([0, 1, 2, 3, 3, 4]);
  const quick = await client.batches('quick');
  expect(quick.map(({ compression }) => compression)).toEqual(['gzip', 'gzip', 'gzip']);
  expect(quick.map((batch) => decodeBatch(batch).length)).toEqual([10, 900, 900]);
  const slow = await client.batches('slow');
  expect(slow.map(({ compression }) => compression)).toEqual(['zstd', 'zstd']);
});
