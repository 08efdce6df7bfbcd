import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { NANOSECONDS, wideBatch } from '../../protocol/wide-batch.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

const timeoutMs = 10_000;
const WIDE = [2n ** 53n, 2n ** 53n + 1n, 10n ** 18n, 2n ** 63n - 2n, 2n ** 63n - 1n] as const;
const NEGATIVE = [-(2n ** 53n) - 1n, -(2n ** 63n)] as const;
const LONG_MAX = '9223372036854775807';

/** Every API that takes a 64-bit integer of a client answers any of them, on real sockets. */
describe('64-bit integers beyond 2^53', () => {
  const brokers = new TestBrokers();
  let broker: Broker;
  let client: TestClient;

  const send = async (name: string, index: number, records: Buffer) => {
    const topicData = [{ name, partitionData: [{ index, records }] }];
    const { responses } = await client.send(produce, 9, { acks: 1, timeoutMs, topicData });
    return responses[0]?.partitionResponses[0];
  };

  beforeAll(async () => {
    broker = await brokers.start({ 'node.id': 1 });
    client = brokers.to(broker);
    const configs = [{ name: 'message.timestamp.after.max.ms', value: LONG_MAX }];
    await client.send(createTopics, 7, {
      topics: [
        { name: 'plain', numPartitions: 3, replicationFactor: 1 },
        { name: 'any', numPartitions: 1, replicationFactor: 1, configs },
      ],
      timeoutMs,
    });
    for (const index of [0, 1, 2]) {
      await vi.waitFor(
        async () =>
          expect((await send('plain', index, batchOf('a', 'b', 'c')))?.errorCode).toBe(ErrorCode.NONE),
        { timeout: PATIENCE_MS },
      );
    }
    // The first to ask for a coordinator makes the topic of the offsets.
    await vi.waitFor(
      async () => {
        await client.send(findCoordinator, 3, { key: 'wide', keyType: 0 });
        const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }];
        const { topics } = await client.send(offsetCommit, 8, {
          groupId: 'wide',
          topics: [{ name: 'plain', partitions }],
        });
        expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE);
      },
      { timeout: PATIENCE_MS },
    );
  });
  afterAll(() => brokers.close());

  it.each([...WIDE, ...NEGATIVE])(
    'Fetch at %d is out of range, and its neighbours are read',
    async (offset) => {
      const partition = { partitionMaxBytes: 100_000, currentLeaderEpoch: -1 };
      const { responses } = await client.send(fetch, 11, {
        replicaId: -1,
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: 1_000_000,
        topics: [
          {
            topic: 'plain',
            partitions: [
              { ...partition, partition: 0, fetchOffset: offset },
              { ...partition, partition: 1, fetchOffset: 0, logStartOffset: offset },
            ],
          },
        ],
      });
      const [far, near] = responses[0]?.partitions ?? [];
      expect(far?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
      expect(near?.errorCode).toBe(ErrorCode.NONE);
      expect(near?.records?.length).toBeGreaterThan(0);
    },
  );

  const list = async (name: string, timestamp: number | bigint) => {
    const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp }] }];
    const response = await client.send(listOffsets, 7, { replicaId: -1, isolationLevel: 0, topics });
    return response.topics[0]?.partitions[0];
  };

  it.each(WIDE)('ListOffsets by %d finds nothing', async (timestamp) => {
    expect(await list('plain', timestamp)).toMatchObject({ errorCode: ErrorCode.NONE, offset: -1 });
  });

  it.each(NEGATIVE)('ListOffsets by %d is a special time that nobody knows', async (timestamp) => {
    expect(await list('plain', timestamp)).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
  });

  it.each([...WIDE, ...NEGATIVE])('OffsetCommit of %d is refused for its partition alone', async (offset) => {
    const { topics } = await client.send(offsetCommit, 8, {
      groupId: 'wide',
      topics: [
        {
          name: 'plain',
          partitions: [
            { partitionIndex: 0, committedOffset: offset, committedMetadata: '' },
            { partitionIndex: 1, committedOffset: 2, committedMetadata: '' },
          ],
        },
      ],
    });
    expect(topics[0]?.partitions).toMatchObject([
      { partitionIndex: 0, errorCode: ErrorCode.INVALID_COMMIT_OFFSET_SIZE },
      { partitionIndex: 1, errorCode: ErrorCode.NONE },
    ]);
    const asked = { groups: [{ groupId: 'wide', topics: [{ name: 'plain', partitionIndexes: [0, 1] }] }] };
    const { groups } = await client.send(offsetFetch, 8, asked);
    expect(groups[0]?.topics[0]?.partitions).toMatchObject([{ committedOffset: 1 }, { committedOffset: 2 }]);
  });

  it('OffsetCommit takes any retention', async () => {
    for (const retentionTimeMs of WIDE) {
      const partitions = [{ partitionIndex: 2, committedOffset: 1, committedMetadata: '' }];
      const topics = [{ name: 'plain', partitions }];
      const answer = await client.send(offsetCommit, 2, { groupId: 'kept', retentionTimeMs, topics });
      expect(answer.topics[0]?.partitions).toMatchObject([{ errorCode: ErrorCode.NONE }]);
    }
    const asked = { groups: [{ groupId: 'kept', topics: [{ name: 'plain', partitionIndexes: [2] }] }] };
    const { groups } = await client.send(offsetFetch, 8, asked);
    expect(groups[0]?.topics[0]?.partitions).toMatchObject([{ committedOffset: 1 }]);
  });

  it.each([...WIDE, ...NEGATIVE])('DeleteRecords before %d is out of range', async (offset) => {
    const topics = [{ name: 'plain', partitions: [{ partitionIndex: 0, offset }] }];
    const answer = await client.send(deleteRecords, 2, { topics, timeoutMs });
    expect(answer.topics[0]?.partitions).toMatchObject([
      { lowWatermark: -1, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE },
    ]);
  });

  it('InitProducerId gives a new id', async () => {
    const answer = await client.send(initProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 1_000,
      producerId: 2n ** 60n,
      producerEpoch: 3,
    });
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
    expect(answer.producerId).toBeLessThan(1_000_000);
  });

  it('Produce stores nanoseconds where the topic takes any time, else it names them', async () => {
    expect(await send('plain', 2, wideBatch([NANOSECONDS]))).toMatchObject({
      errorCode: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [
        { batchIndex: 0, batchIndexErrorMessage: expect.stringContaining(`Timestamp ${NANOSECONDS} of`) },
      ],
    });
    const times = [NANOSECONDS, NANOSECONDS + 1_000n, 2n ** 63n - 1n];
    expect(await send('any', 0, wideBatch(times))).toMatchObject({ errorCode: ErrorCode.NONE });
    const { responses } = await client.send(fetch, 11, {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000_000,
      topics: [
        { topic: 'any', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] },
      ],
    });
    const [batch] = batchesOf(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0));
    expect(batch && decodeBatch(batch).map(({ timestamp }) => timestamp)).toEqual(times.map(Number));
    expect(await list('any', NANOSECONDS)).toMatchObject({ offset: 0, timestamp: Number(NANOSECONDS) });
    expect(await list('any', -3)).toMatchObject({ offset: 2, timestamp: 2 ** 63 });
  });

  it('DescribeProducers does not know when a producer wrote that uses such times', async () => {
    const records = wideBatch([NANOSECONDS], { producerId: 7 });
    expect(await send('any', 0, records)).toMatchObject({ errorCode: ErrorCode.NONE });
    const { topics } = await client.send(describeProducers, 0, {
      topics: [{ name: 'any', partitionIndexes: [0] }],
    });
    expect(topics[0]?.partitions[0]?.activeProducers).toMatchObject([{ producerId: 7, lastTimestamp: -1 }]);
  });

  it('the broker is still the same', async () => {
    const { topics } = await client.send(offsetForLeaderEpoch, 3, {
      topics: [{ topic: 'plain', partitions: [{ partition: 0, leaderEpoch: 0 }] }],
    });
    expect(topics[0]?.partitions).toMatchObject([{ errorCode: ErrorCode.NONE, endOffset: 3 }]);
  });
});

it('DescribeLogDirs answers for all partitions of a topic that is named twice', async () => {
  const brokers = new TestBrokers();
  try {
    const client = brokers.to(await brokers.start());
    const topics = [{ name: 't', numPartitions: 4, replicationFactor: 1 }];
    await client.send(createTopics, 7, { topics, timeoutMs });
    await vi.waitFor(
      async () => {
        const { results } = await client.send(describeLogDirs, 4, {
          topics: [
            { topic: 't', partitions: [3, 0] },
            { topic: 't', partitions: [1, 0] },
          ],
        });
        const described = results[0]?.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => partitionIndex).toSorted((a, b) => a - b),
        }));
        expect(described).toEqual([{ name: 't', partitions: [0, 1, 3] }]);
      },
      { timeout: PATIENCE_MS },
    );
  } finally {
    await brokers.close();
  }
});
