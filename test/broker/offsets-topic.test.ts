import { afterAll, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { offsetCommit } from '../../src/protocol/messages/08-offset-commit.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { TestBrokers } from './running-broker.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it('finds the coordinators of groups by the partitions that __consumer_offsets has, whatever the setting says', async () => {
  const client = brokers.to(await brokers.start({ 'node.id': 1, 'offsets.topic.num.partitions': 50 }));
  const { topics } = await client.send(createTopics, 7, {
    topics: [
      { name: '__consumer_offsets', numPartitions: 3, replicationFactor: 1 },
      { name: 'orders', numPartitions: 1, replicationFactor: 1 },
    ],
    timeoutMs: 10_000,
  });
  expect(topics.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
  const groups = Array.from({ length: 12 }, (_, i) => `group.${i}`);
  const { coordinators } = await client.send(findCoordinator, 4, { coordinatorKeys: groups });
  expect(coordinators.map(({ errorCode }) => errorCode)).toEqual(groups.map(() => ErrorCode.NONE));
  for (const groupId of groups) {
    const commit = async (): Promise<number | undefined> => {
      const answer = await client.send(offsetCommit, 8, {
        groupId,
        topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 0 }] }],
      });
      return answer.topics[0]?.partitions[0]?.errorCode;
    };
    await expect.poll(commit, { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
  }
});

it('answers a commit only when the in-sync replicas have it', async () => {
  const cluster = await brokers.startCluster(3, {
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 3,
    'offsets.commit.timeout.ms': 1_000,
    // Nobody leaves the ISR while this test looks.
    'replica.lag.time.max.ms': 600_000,
    'broker.session.timeout.ms': 600_000,
  });
  const coordinatorId = async (): Promise<number> => {
    const [any] = cluster.values();
    if (any === undefined) throw new Error('no broker');
    const { coordinators } = await brokers.to(any).send(findCoordinator, 4, { coordinatorKeys: ['group'] });
    return coordinators[0]?.errorCode === ErrorCode.NONE ? coordinators[0].nodeId : -1;
  };
  await expect.poll(coordinatorId, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  const coordinator = cluster.get(await coordinatorId());
  if (coordinator === undefined) throw new Error('no coordinator');
  await brokers.to(coordinator).send(createTopics, 7, {
    topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 3 }],
    timeoutMs: 10_000,
  });
  const commit = async (committedOffset: number): Promise<number | undefined> => {
    const answer = await brokers.to(coordinator).send(offsetCommit, 8, {
      groupId: 'group',
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset }] }],
    });
    return answer.topics[0]?.partitions[0]?.errorCode;
  };
  await expect.poll(() => commit(1), { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
  for (const other of cluster.values()) {
    if (other !== coordinator) await brokers.stop(other, { handOver: false });
  }
  expect(await commit(2)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
});
