import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';

const VERSION_BY_NAME = 12;

describe('produce and fetch', () => {
  let brokers: TestBrokers;
  let broker: Broker;
  let client: TestClient;
  let topic = '';
  let topicId: string;
  let topicCount = 0;

  beforeAll(async () => {
    brokers = new TestBrokers();
    broker = await brokers.start();
    client = brokers.to(broker);
  });

  afterAll(() => brokers.close());

  /** Every test has a topic of its own. */
  beforeEach(async () => {
    topic = `orders-${topicCount++}`;
    const created = await client.send(createTopics, 7, {
      topics: [{ name: topic, numPartitions: 2, replicationFactor: 1 }],
    });
    topicId = created.topics[0]?.topicId ?? '';
  });

  async function append(
    records: Buffer | null,
    options: { acks?: number; version?: number; index?: number } = {},
  ) {
    const version = options.version ?? VERSION_BY_NAME;
    const response = await client.send(produce, version, {
      acks: options.acks ?? 1,
      timeoutMs: 1000,
      topicData: [
        {
          ...(version >= 13 ? { topicId } : { name: topic }),
          partitionData: [{ index: options.index ?? 0, records }],
        },
      ],
    });
    return response.responses[0]?.partitionResponses[0];
  }

  function read(
    options: {
      offset?: number;
      version?: number;
      maxWaitMs?: number;
      minBytes?: number;
      maxBytes?: number;
      partitionMaxBytes?: number;
      partitions?: readonly number[];
      currentLeaderEpoch?: number;
    } = {},
  ) {
    const version = options.version ?? VERSION_BY_NAME;
    // A fetch that waits holds up what follows on its connection: it has one of its own.
    return (options.maxWaitMs === undefined ? client : brokers.to(broker)).send(fetch, version, {
      maxWaitMs: options.maxWaitMs ?? 0,
      minBytes: options.minBytes ?? 1,
      maxBytes: options.maxBytes ?? 1_000_000,
      topics: [
        {
          ...(version >= 13 ? { topicId } : { topic }),
          partitions: (options.partitions ?? [0]).map((partition) => ({
            partition,
            fetchOffset: options.offset ?? 0,
            partitionMaxBytes: options.partitionMaxBytes ?? 1_000_000,
            currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
          })),
        },
      ],
    });
  }

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])('appends with Produce version %i', async (version) => {
    expect(await append(batchOf('a', 'b'), { version })).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await append(batchOf('c'), { version, acks: -1 })).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect(await append(batchOf('c'), { version, index: 99 })).toMatchObject({
      baseOffset: -1,
      errorCode: 3,
    });
  });

  it.each([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])(
    'reads with Fetch version %i',
    async (version) => {
      await append(batchOf('a', 'b'));
      const response = await read({ version });
      const data = response.responses[0]?.partitions[0];
      expect(data).toMatchObject({ errorCode: 0, highWatermark: 2 });
      expect(batchesOf(data?.records ?? Buffer.alloc(0)).map((batch) => batch.recordsCount)).toEqual([2]);
      expect(response.sessionId).toBe(0);
      const beyond = await read({ version, offset: 3 });
      expect(beyond.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    },
  );

  it('sends nothing for acks=0, and closes the connection when that fails', async () => {
    const quiet = brokers.to(broker);
    const lost = quiet.send(produce, 9, {
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf('x') }] }],
    });
    // The next request on the same connection is answered, so the one before was not.
    const next = await quiet.send(listOffsets, 5, {
      replicaId: -1,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    });
    expect(next.topics[0]?.partitions[0]?.offset).toBe(1);
    const failing = quiet.send(produce, 9, {
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: 7, records: batchOf('x') }] }],
    });
    await expect(failing).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });
  });

  it('refuses what can not be appended, each with its own error', async () => {
    const corrupt = batchOf('x');
    corrupt[corrupt.length - 1] = (corrupt.at(-1) ?? 0) ^ 0xff;
    expect((await append(corrupt))?.errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect((await append(null))?.errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect((await append(batchOf('x'), { acks: 2 }))?.errorCode).toBe(ErrorCode.INVALID_REQUIRED_ACKS);
    expect((await append(Buffer.concat([batchOf('x'), batchOf('y')])))?.errorCode).toBe(
      ErrorCode.INVALID_RECORD,
    );
    expect((await append(batchOf('x'.repeat(2_000_000))))?.errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(broker.metrics.topics.get(topic)?.failedProduceRequestsTotal).toBeGreaterThan(0);
    expect((await append(batchOf('fine')))?.baseOffset).toBe(0);
  });

  it('appends the batch of an idempotent producer once, however often it is sent', async () => {
    const { producerId } = await client.send(initProducerId, 4, { transactionalId: null });
    const sequenced = (baseSequence: number): Buffer => {
      const builder = new BatchBuilder();
      builder.append(null, Buffer.from('v'), Date.now());
      return builder.build({ producerId, producerEpoch: 0, baseSequence });
    };
    expect((await append(sequenced(0)))?.baseOffset).toBe(0);
    expect((await append(sequenced(1)))?.baseOffset).toBe(1);
    expect((await append(sequenced(0)))?.baseOffset).toBe(0);
    expect((await append(sequenced(3)))?.errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect((await append(batchOf('end')))?.baseOffset).toBe(2);
    const described = await client.send(describeProducers, 0, {
      topics: [{ name: topic, partitionIndexes: [0] }],
    });
    expect(described.topics[0]?.partitions[0]?.activeProducers).toMatchObject([
      { producerId, lastSequence: 1 },
    ]);
  });

  it('gives every producer another id, and none to a transactional id that nobody coordinates', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, () => client.send(initProducerId, 0, { transactionalId: null })),
    );
    expect(new Set(ids.map(({ producerId }) => producerId)).size).toBe(5);
    const transactional = await client.send(initProducerId, 4, {
      transactionalId: 'tx',
      transactionTimeoutMs: 1000,
    });
    expect(transactional.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('holds a fetch back until there is something', async () => {
    const waiting = read({ maxWaitMs: 20_000, partitions: [0, 1] });
    await expect.poll(() => broker.metrics.replicaManager.fetchPurgatorySize).toBeGreaterThan(0);
    await append(batchOf('news'), { index: 1 });
    const response = await waiting;
    const sizes = response.responses[0]?.partitions.map(({ records }) => records?.length ?? 0);
    expect(sizes?.[0]).toBe(0);
    expect(sizes?.[1]).toBeGreaterThan(0);
  });

  it('holds a fetch back until there are minBytes, over all partitions', async () => {
    const size = batchOf('1234567890').length;
    const waiting = read({ maxWaitMs: 20_000, minBytes: size * 3, partitions: [0, 1] });
    let answered = false;
    void waiting.then(() => {
      answered = true;
    });
    await append(batchOf('1234567890'));
    await append(batchOf('1234567890'), { index: 1 });
    await read();
    expect(answered).toBe(false);
    await append(batchOf('1234567890'));
    const response = await waiting;
    const sizes = response.responses[0]?.partitions.map(({ records }) => records?.length);
    expect(sizes).toEqual([size * 2, size]);
  });

  it('answers with what there is when the time is up', async () => {
    await append(batchOf('little'));
    const response = await read({ maxWaitMs: 20, minBytes: 100_000 });
    expect(response.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
  });

  it('gives one batch whatever the limits, and no more than the limits otherwise', async () => {
    const size = batchOf('x'.repeat(1000)).length;
    for (let i = 0; i < 4; i++) await append(batchOf('x'.repeat(1000)));
    await append(batchOf('x'.repeat(1000)), { index: 1 });
    const one = await read({ maxBytes: 10, partitions: [0, 1] });
    expect(one.responses[0]?.partitions.map(({ records }) => records?.length)).toEqual([size, 0]);
    const two = await read({ partitionMaxBytes: size * 2 + 50, partitions: [0, 1] });
    const lengths = two.responses[0]?.partitions.map(
      ({ records }) => batchesOf(records ?? Buffer.alloc(0)).length,
    );
    expect(lengths).toEqual([2, 1]);
  });

  it('fences by leader epoch', async () => {
    await append(batchOf('x'));
    const leaderEpoch = broker.image.topicsByName.get(topic)?.partitions.get(0)?.leaderEpoch ?? -1;
    const codes = await Promise.all(
      [leaderEpoch - 1, leaderEpoch, leaderEpoch + 1].map(
        async (currentLeaderEpoch) =>
          (await read({ currentLeaderEpoch })).responses[0]?.partitions[0]?.errorCode,
      ),
    );
    const expected = leaderEpoch === 0 ? ErrorCode.NONE : ErrorCode.FENCED_LEADER_EPOCH;
    expect(codes).toEqual([expected, ErrorCode.NONE, ErrorCode.UNKNOWN_LEADER_EPOCH]);
  });

  it('refuses fetch sessions', async () => {
    const response = await client.send(fetch, 12, {
      maxWaitMs: 0,
      minBytes: 1,
      sessionId: 5,
      sessionEpoch: 1,
    });
    expect(response.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'looks offsets up with ListOffsets version %i',
    async (version) => {
      await append(batchOf('a', 'b', 'c'));
      const ask = async (timestamp: number) => {
        const response = await client.send(listOffsets, version, {
          replicaId: -1,
          topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
        });
        return response.topics[0]?.partitions[0];
      };
      expect(await ask(-1)).toMatchObject({ errorCode: 0, offset: 3, timestamp: -1 });
      expect(await ask(-2)).toMatchObject({ errorCode: 0, offset: 0, timestamp: -1 });
      expect(await ask(1)).toMatchObject({ errorCode: 0, offset: 0 });
      expect(await ask(Date.now() + 100_000)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
      const largest = await ask(-3);
      expect(largest?.errorCode).toBe(version >= 7 ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_VERSION);
    },
  );

  it('deletes records and tells the new start', async () => {
    await append(batchOf('a', 'b', 'c'));
    const remove = async (offset: number) => {
      const response = await client.send(deleteRecords, 2, {
        timeoutMs: 1000,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
      });
      return response.topics[0]?.partitions[0];
    };
    expect(await remove(2)).toMatchObject({ errorCode: 0, lowWatermark: 2 });
    expect((await remove(9))?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect((await read()).responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect(await remove(-1)).toMatchObject({ errorCode: 0, lowWatermark: 3 });
  });

  it('knows where a leader epoch ends', async () => {
    await append(batchOf('a', 'b'));
    const leaderEpoch = broker.image.topicsByName.get(topic)?.partitions.get(0)?.leaderEpoch ?? -1;
    const response = await client.send(offsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: [{ topic, partitions: [{ partition: 0, leaderEpoch }] }],
    });
    expect(response.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch, endOffset: 2 });
  });
});
