import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';

const TOPIC = 'many';
const PARTITIONS = 100;
const COUNT = 600;
const ID = 'tx';

/** A clock that goes on by half a millisecond whenever it is looked at, and counts the turns that are asked for. */
class SlowClock {
  deferred = 0;
  #lateMs = 0;

  environment(): Environment {
    const { clock, timers } = nodeEnvironment;
    return {
      ...nodeEnvironment,
      clock: {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => {
          this.#lateMs += 0.5;
          return clock.monotonicMs() + this.#lateMs;
        },
      },
      timers: {
        after: (ms, callback) => timers.after(ms, callback),
        every: (ms, callback) => timers.every(ms, callback),
        sleep: (ms) => timers.sleep(ms),
        defer: (callback) => {
          this.deferred++;
          timers.defer(callback);
        },
      },
    };
  }
}

describe('a request that names many things', () => {
  const brokers = new TestBrokers();
  const slow = new SlowClock();
  let broker: Broker;
  let client: TestClient;

  beforeAll(async () => {
    broker = await brokers.start({}, { environment: slow.environment() });
    client = brokers.to(broker);
    const topics = [{ name: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1 }];
    await client.send(createTopics, 7, { topics, timeoutMs: 10_000 });
    const isCoordinator = async (): Promise<boolean> => {
      const answers = [0, 1].map((keyType) =>
        client.send(findCoordinator, 4, { keyType, coordinatorKeys: [ID] }),
      );
      return (await Promise.all(answers)).every(({ coordinators: [found] }) => found?.errorCode === 0);
    };
    await vi.waitUntil(isCoordinator, { timeout: PATIENCE_MS });
    const isLeader = async (): Promise<boolean> => {
      const answer = await client.send(listOffsets, 7, listing(PARTITIONS));
      return answer.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) === true;
    };
    await vi.waitUntil(isLeader, { timeout: PATIENCE_MS });
  });

  afterAll(() => brokers.close());

  const indexes = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const names = (count: number): string[] => indexes(count).map((i) => `g${i}`);
  const listing = (count: number): RequestInput<typeof listOffsets> => ({
    replicaId: -1,
    topics: [
      {
        name: TOPIC,
        partitions: indexes(count).map((partitionIndex) => ({ partitionIndex, timestamp: -1 })),
      },
    ],
  });

  /** What was answered, and how many turns of the event loop were asked for meanwhile. */
  async function ask<A extends Api>(
    api: A,
    version: number,
    request: RequestInput<A>,
  ): Promise<readonly [ResponseOf<A>, number]> {
    const before = slow.deferred;
    const answer = await client.send(api, version, request);
    return [answer, slow.deferred - before];
  }

  /** What is there, and what is not. */
  const errors = (codes: readonly number[] | undefined): readonly number[] => [
    codes?.filter((code) => code === ErrorCode.NONE).length ?? -1,
    codes?.length ?? -1,
  ];
  const SOME_OF_ALL = [PARTITIONS, COUNT];
  /** A slice has some ten things. */
  const TURNS_MIN = COUNT / 20;

  it.each([7, 10])('ListOffsets v%i lets others have their turn', async (version) => {
    const [{ topics }, turns] = await ask(listOffsets, version, listing(COUNT));
    expect(errors(topics[0]?.partitions.map(({ errorCode }) => errorCode))).toEqual(SOME_OF_ALL);
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('OffsetForLeaderEpoch does', async () => {
    const [{ topics }, turns] = await ask(offsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: [
        {
          topic: TOPIC,
          partitions: indexes(COUNT).map((partition) => ({
            partition,
            currentLeaderEpoch: -1,
            leaderEpoch: 0,
          })),
        },
      ],
    });
    expect(errors(topics[0]?.partitions.map(({ errorCode }) => errorCode))).toEqual(SOME_OF_ALL);
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('DescribeProducers does', async () => {
    const [{ topics }, turns] = await ask(describeProducers, 0, {
      topics: [{ name: TOPIC, partitionIndexes: indexes(COUNT) }],
    });
    expect(errors(topics[0]?.partitions.map(({ errorCode }) => errorCode))).toEqual(SOME_OF_ALL);
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('DeleteRecords does', async () => {
    const [{ topics }, turns] = await ask(deleteRecords, 2, {
      topics: [
        {
          name: TOPIC,
          partitions: indexes(COUNT).map((partitionIndex) => ({ partitionIndex, offset: -1 })),
        },
      ],
      timeoutMs: 10_000,
    });
    expect(errors(topics[0]?.partitions.map(({ errorCode }) => errorCode))).toEqual(SOME_OF_ALL);
    expect(topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual(indexes(COUNT));
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('DescribeGroups does', async () => {
    const [{ groups }, turns] = await ask(describeGroups, 5, { groups: names(COUNT) });
    expect(groups.map(({ groupId }) => groupId)).toEqual(names(COUNT));
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('OffsetFetch does', async () => {
    const [{ groups }, turns] = await ask(offsetFetch, 8, {
      groups: names(COUNT).map((groupId) => ({
        groupId,
        topics: [{ name: TOPIC, partitionIndexes: [0] }],
      })),
    });
    expect(groups.map(({ groupId }) => groupId)).toEqual(names(COUNT));
    expect(groups.every(({ topics: [topic] }) => topic?.partitions[0]?.committedOffset === -1)).toBe(true);
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('DeleteGroups does', async () => {
    // One that is named twice is answered once.
    const [{ results }, turns] = await ask(deleteGroups, 2, { groupsNames: [...names(COUNT), 'g1'] });
    expect(results.map(({ groupId }) => groupId)).toEqual(names(COUNT));
    expect(new Set(results.map(({ errorCode }) => errorCode))).toEqual(
      new Set([ErrorCode.GROUP_ID_NOT_FOUND]),
    );
    expect(turns).toBeGreaterThan(TURNS_MIN);
  });

  it('AddPartitionsToTxn does, and adds all or nothing', async () => {
    const { producerId, producerEpoch } = await client.send(initProducerId, 4, {
      transactionalId: ID,
      transactionTimeoutMs: 60_000,
    });
    const add = (partitions: readonly number[]) =>
      ask(addPartitionsToTxn, 3, {
        v3AndBelowTransactionalId: ID,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: TOPIC, partitions: [...partitions] }],
      });
    const codesOf = ([{ resultsByTopicV3AndBelow: topics }]: Awaited<ReturnType<typeof add>>) =>
      topics[0]?.resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode);
    const refused = await add(indexes(COUNT));
    expect(codesOf(refused)).toEqual(
      indexes(COUNT).map((i) =>
        i < PARTITIONS ? ErrorCode.OPERATION_NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ),
    );
    // Looked at, and answered.
    expect(refused[1]).toBeGreaterThan(2 * TURNS_MIN);
    const added = await add(indexes(PARTITIONS));
    expect(codesOf(added)).toEqual(indexes(PARTITIONS).map(() => ErrorCode.NONE));
  });
});
