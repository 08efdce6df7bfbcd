import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { writeTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts';
import { txnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { BatchBuilder, type BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';

function batchOf(value: string, header: BatchHeader): Buffer {
  const builder = new BatchBuilder();
  builder.append(null, Buffer.from(value), Date.now());
  return builder.build({ producerEpoch: 0, baseSequence: 0, isTransactional: true, ...header });
}

interface Marker {
  readonly producerId: number;
  readonly producerEpoch?: number;
  readonly transactionResult?: boolean;
  readonly coordinatorEpoch?: number;
  readonly transactionVersion?: number;
  readonly topics?: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[];
}

/** A broker that asks no coordinator: what the partitions do is all there is. */
describe('transactions of which only the partitions know', () => {
  const brokers = new TestBrokers();
  let broker: Broker;
  let client: TestClient;
  let topic = '';
  let topicCount = 0;

  beforeAll(async () => {
    broker = await brokers.start({ 'transaction.partition.verification.enable': false });
    client = brokers.to(broker);
  });

  afterAll(() => brokers.close());

  beforeEach(async () => {
    topic = `payments-${topicCount++}`;
    await client.send(createTopics, 7, { topics: [{ name: topic, numPartitions: 2, replicationFactor: 1 }] });
  });

  async function append(records: Buffer, index = 0) {
    const answer = await client.send(produce, 11, {
      transactionalId: 'tx',
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index, records }] }],
    });
    return answer.responses[0]?.partitionResponses[0];
  }

  /** The error codes of a marker's partitions. */
  async function end(marker: Marker, version = 1): Promise<readonly number[]> {
    const request = {
      producerEpoch: 0,
      transactionResult: true,
      coordinatorEpoch: 0,
      topics: [{ name: topic, partitionIndexes: [0] }],
      ...marker,
    };
    const { markers } = await client.send(writeTxnMarkers, version, { markers: [request] });
    return markers.flatMap(({ topics }) =>
      topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
    );
  }

  async function readCommitted(options: { readonly maxWaitMs?: number; readonly fetchOffset?: number } = {}) {
    const { maxWaitMs = 0, fetchOffset = 0 } = options;
    const reader = maxWaitMs === 0 ? client : brokers.to(broker);
    const answer = await reader.send(fetch, 12, {
      maxWaitMs,
      minBytes: 1,
      maxBytes: 1_000_000,
      isolationLevel: 1,
      topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1_000_000 }] }],
    });
    const [partition] = answer.responses[0]?.partitions ?? [];
    return {
      lastStableOffset: partition?.lastStableOffset,
      aborted: partition?.abortedTransactions,
      bytes: partition?.records?.length ?? 0,
    };
  }

  it.each([true, false])(
    'are seen, or told as aborted, when the marker is there (commit: %s)',
    async (isCommit) => {
      expect(await append(batchOf('a', { producerId: 1 }))).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(await readCommitted()).toEqual({ lastStableOffset: 0, aborted: [], bytes: 0 });
      const parked = readCommitted({ maxWaitMs: 30_000 });
      // It waits in the broker once a later request of another connection was answered.
      await readCommitted();
      expect(await end({ producerId: 1, transactionResult: isCommit })).toEqual([0]);
      const aborted = isCommit ? [] : [{ producerId: 1, firstOffset: 0 }];
      const seen = await parked;
      expect(seen).toMatchObject({ lastStableOffset: 2, aborted });
      expect(seen.bytes).toBeGreaterThan(0);
      const latest = await client.send(listOffsets, 7, {
        replicaId: -1,
        isolationLevel: 1,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
      });
      expect(latest.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: 2 });
    },
  );

  it('are refused outside of the transaction while it is open', async () => {
    await append(batchOf('a', { producerId: 1 }));
    const outside = batchOf('b', { producerId: 1, baseSequence: 1, isTransactional: false });
    expect(await append(outside)).toMatchObject({ errorCode: ErrorCode.INVALID_TXN_STATE });
    await end({ producerId: 1 });
    expect(await append(outside)).toMatchObject({ errorCode: 0 });
  });

  it('are not ended by fenced producers and coordinators, each partition for itself', async () => {
    await append(batchOf('a', { producerId: 1, producerEpoch: 5 }));
    expect(await end({ producerId: 1, producerEpoch: 4 })).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH]);
    expect(await end({ producerId: 99, producerEpoch: -1 })).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH]);
    expect(await end({ producerId: -1 })).toEqual([ErrorCode.UNKNOWN_SERVER_ERROR]);
    const topics = [
      { name: topic, partitionIndexes: [1, 0, 9] },
      { name: 'missing', partitionIndexes: [0] },
    ];
    expect(await end({ producerId: 1, producerEpoch: 5, coordinatorEpoch: 3, topics })).toEqual([0, 0, 3, 3]);
    expect(await end({ producerId: 1, producerEpoch: 5, coordinatorEpoch: 2, topics })).toEqual([
      ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      3,
      3,
    ]);
    // v2 says that the transaction has an epoch of its own (KIP-1228).
    await append(batchOf('b', { producerId: 1, producerEpoch: 5, baseSequence: 1 }));
    const late = { producerId: 1, producerEpoch: 5, coordinatorEpoch: 3, transactionVersion: 2 };
    expect(await end(late, 2)).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH]);
    expect(await end({ ...late, producerEpoch: 6 }, 2)).toEqual([0]);
    expect(await end({ ...late, producerEpoch: 6 }, 2)).toEqual([0]);
  });

  it('are answered once for a producer that is named twice', async () => {
    const marker = (partition: number) => ({
      producerId: 1,
      producerEpoch: 0,
      transactionResult: true,
      coordinatorEpoch: 0,
      topics: [{ name: topic, partitionIndexes: [partition] }],
    });
    const answer = await client.send(writeTxnMarkers, 1, { markers: [marker(0), marker(1), marker(1)] });
    expect(answer.markers).toEqual([
      {
        producerId: 1,
        topics: [
          {
            name: topic,
            partitions: [
              { partitionIndex: 0, errorCode: 0 },
              { partitionIndex: 1, errorCode: 0 },
            ],
          },
        ],
      },
    ]);
    expect((await client.send(writeTxnMarkers, 2, { markers: [] })).markers).toEqual([]);
  });

  it('that hang can be found and aborted by an administrator (KIP-664)', async () => {
    await append(batchOf('a', { producerId: 1, producerEpoch: 2 }));
    const describe = async () => {
      const described = await client.send(describeProducers, 0, {
        topics: [{ name: topic, partitionIndexes: [0] }],
      });
      return described.topics[0]?.partitions[0]?.activeProducers;
    };
    expect(await describe()).toMatchObject([
      { producerId: 1, producerEpoch: 2, currentTxnStartOffset: 0, coordinatorEpoch: -1, lastSequence: 0 },
    ]);
    expect(await end({ producerId: 1, producerEpoch: 2, transactionResult: false })).toEqual([0]);
    expect(await describe()).toMatchObject([
      { producerId: 1, currentTxnStartOffset: -1, coordinatorEpoch: 0 },
    ]);
    expect(await readCommitted()).toMatchObject({ aborted: [{ producerId: 1, firstOffset: 0 }] });
  });

  it('keep the offsets of a group back until they are committed', async () => {
    const groupId = `group-${topic}`;
    await client.send(findCoordinator, 4, { coordinatorKeys: [groupId] });
    const commit = () =>
      client.send(txnOffsetCommit, 4, {
        transactionalId: 'tx',
        groupId,
        producerId: 1,
        producerEpoch: 0,
        topics: [
          { name: topic, partitions: [{ partitionIndex: 0, committedOffset: 7, committedMetadata: '' }] },
        ],
      });
    const codeOf = async () => (await commit()).topics[0]?.partitions[0]?.errorCode;
    // The coordinator has just been made.
    await expect.poll(codeOf).toBe(0);
    const fetched = async () => {
      const groups = [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }];
      const answer = await client.send(offsetFetch, 9, { groups, requireStable: true });
      return answer.groups[0]?.topics[0]?.partitions[0];
    };
    expect(await fetched()).toMatchObject({
      errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT,
      committedOffset: -1,
    });
    const offsetsTopic = { name: '__consumer_offsets', partitionIndexes: [0, 1, 2] };
    expect(await end({ producerId: 1, topics: [offsetsTopic] })).toEqual([0, 0, 0]);
    expect(await fetched()).toMatchObject({ errorCode: 0, committedOffset: 7 });
  });
});

describe('batches of transactions that no coordinator can be asked about', () => {
  const brokers = new TestBrokers();
  let client: TestClient;

  beforeAll(async () => {
    const broker = await brokers.start();
    client = brokers.to(broker);
    await client.send(createTopics, 7, { topics: [{ name: 't', numPartitions: 2, replicationFactor: 1 }] });
  });

  afterAll(() => brokers.close());

  async function send(batches: readonly Buffer[], transactionalId: string | null, version = 12) {
    const answer = await client.send(produce, version, {
      transactionalId,
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: batches.map((records, index) => ({ index, records })) }],
    });
    return answer.responses[0]?.partitionResponses.map(({ errorCode }) => errorCode);
  }

  it.each([3, 11, 12])('can be sent again: v%i', async (version) => {
    const plain = batchOf('b', {
      producerId: -1,
      producerEpoch: -1,
      baseSequence: -1,
      isTransactional: false,
    });
    const answer = await send([batchOf('a', { producerId: 1 }), plain], 'tx', version);
    expect(answer).toEqual([ErrorCode.NOT_ENOUGH_REPLICAS, 0]);
  });

  it('are refused, with all beside them, where the request has no transaction or several producers', async () => {
    const plain = batchOf('b', {
      producerId: -1,
      producerEpoch: -1,
      baseSequence: -1,
      isTransactional: false,
    });
    const ofOne = batchOf('a', { producerId: 1 });
    expect(await send([ofOne, plain], null)).toEqual([53, 53]);
    expect(await send([ofOne, batchOf('b', { producerId: 2 })], 'tx')).toEqual([49, 49]);
    expect(await send([ofOne, batchOf('b', { producerId: 1, producerEpoch: 1 })], 'tx')).toEqual([49, 49]);
  });

  it('close the connection where nobody waits for an answer', async () => {
    const sent = client.send(produce, 9, {
      transactionalId: null,
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf('a', { producerId: 1 }) }] }],
    });
    await expect(sent).rejects.toMatchObject({ code: 'DISCONNECTED' });
  });
});
