import { afterAll, describe, expect, it } from 'vitest';
import type { Workers } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { nodeWorkers } from '../../../src/base/io/node-workers.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { Consumer } from '../../../src/client/index.ts';
import { makeBatch } from '../log/batches.ts';
import { brokenCompression, mangledBatch } from '../log/mangled-batches.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';

/** A few kilobytes that stand for eight megabytes. */
const large = (): Buffer =>
  makeBatch({ records: 8, valueBytes: 1024 * 1024, compression: 'zstd', timestamp: Date.now() });
const small = (): Buffer => makeBatch({ records: 1, compression: 'zstd', timestamp: Date.now() });

describe('a batch that is too large for the event loop', () => {
  const brokers = new TestBrokers();
  const others = new TestBrokers();
  afterAll(async () => {
    await others.close();
    await brokers.close();
  });

  const send = async (client: TestClient, records: Buffer, index = 0) => {
    const topicData = [{ name: 'packed', partitionData: [{ index, records }] }];
    const { responses } = await client.send(produce, 9, { acks: -1, timeoutMs: 10_000, topicData });
    const { errorCode, baseOffset } = responses[0]?.partitionResponses[0] ?? {};
    return { errorCode, baseOffset };
  };

  it('is looked at beside it, and nothing of its connection overtakes it', async () => {
    const asked: unknown[] = [];
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const workers: Workers = {
      async run(task, input) {
        asked.push(input);
        await gate;
        return nodeWorkers.run(task, input);
      },
    };
    const broker = await brokers.start({}, { environment: { ...nodeEnvironment, workers } });
    const [client, other] = [brokers.to(broker), others.to(broker)];
    const topics = [{ name: 'packed', numPartitions: 2, replicationFactor: 1 }];
    await client.send(createTopics, 7, { topics });

    const answers = [large(), small(), brokenCompression('gzip', 'cut', Date.now())].map((records) =>
      send(client, records),
    );
    expect(await send(other, small(), 1)).toEqual({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    expect(asked).toHaveLength(1);
    open();
    expect(await Promise.all(answers)).toEqual([
      { errorCode: ErrorCode.NONE, baseOffset: 0 },
      { errorCode: ErrorCode.NONE, baseOffset: 8 },
      { errorCode: ErrorCode.INVALID_RECORD, baseOffset: -1 },
    ]);
  });

  it('is refused where its records are garbage, or the worker thread has ended', async () => {
    let isBroken = false;
    const workers: Workers = {
      run: (task, input) => (isBroken ? Promise.reject(new Error('gone')) : nodeWorkers.run(task, input)),
    };
    const broker = await brokers.start(
      { 'message.max.bytes': 20_000_000, 'millrace.decompressed.batch.max.bytes': 64 * 1024 * 1024 },
      { environment: { ...nodeEnvironment, workers } },
    );
    const client = brokers.to(broker);
    await client.send(createTopics, 7, {
      topics: [{ name: 'packed', numPartitions: 1, replicationFactor: 1 }],
    });
    const garbage = mangledBatch('fewer records than counted', 'none', Date.now());
    expect(await send(client, garbage)).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD });
    const packed = makeBatch({
      records: 70,
      valueBytes: 1024 * 1024,
      compression: 'gzip',
      timestamp: Date.now(),
    });
    expect(await send(client, packed)).toMatchObject({ errorCode: ErrorCode.MESSAGE_TOO_LARGE });
    isBroken = true;
    expect(await send(client, large())).toMatchObject({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    expect(await send(client, small())).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
  });

  it('that becomes a hundred times max.message.bytes is stored, found by time and read, as by Kafka', async () => {
    const broker = await brokers.start({ 'message.max.bytes': 1_000_000 });
    const client = brokers.to(broker);
    await client.send(createTopics, 7, {
      topics: [{ name: 'packed', numPartitions: 1, replicationFactor: 1 }],
    });
    const timestamp = Date.now();
    const records = (key: string): Buffer =>
      makeBatch({ records: 2, valueBytes: 50_000_000, compression: 'zstd', timestamp, key });
    expect(records('a').length).toBeLessThan(1_000_000);
    for (const [i, key] of ['a', 'b'].entries()) {
      expect(await send(client, records(key))).toEqual({ errorCode: ErrorCode.NONE, baseOffset: 2 * i });
    }
    const ask = async (time: number) => {
      const partitions = [{ partitionIndex: 0, timestamp: time }];
      const { topics } = await client.send(listOffsets, 7, { topics: [{ name: 'packed', partitions }] });
      return topics[0]?.partitions[0];
    };
    expect(await ask(timestamp + 1)).toMatchObject({ errorCode: 0, offset: 1, timestamp: timestamp + 1 });
    expect(await ask(-3)).toMatchObject({ errorCode: 0, offset: 1, timestamp: timestamp + 1 });
    expect(await ask(timestamp + 2)).toMatchObject({ errorCode: 0, offset: -1 });

    const bootstrapServers = `${broker.address.host}:${broker.address.port}`;
    const read = async (options: { readonly decompressedBatchBytesMax?: number }) => {
      const consumer = new Consumer({ bootstrapServers, autoOffsetReset: 'earliest', ...options });
      try {
        consumer.assign([{ topic: 'packed', partition: 0 }]);
        const found: number[] = [];
        while (found.length < 4) {
          for (const { records } of await consumer.poll(10_000)) {
            for (const { value } of records) found.push(value?.length ?? -1);
          }
        }
        return found;
      } finally {
        await consumer.close();
      }
    };
    expect(await read({})).toEqual([50_000_000, 50_000_000, 50_000_000, 50_000_000]);
    await expect(read({ decompressedBatchBytesMax: 99_000_000 })).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      message: expect.stringContaining('millrace.decompressed.batch.max.bytes'),
    });
  });
});
