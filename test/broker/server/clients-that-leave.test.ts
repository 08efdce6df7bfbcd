import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import type { Api, RequestInput } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { batchOf, TestBrokers } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { FrameCollector } from './frame-collector.ts';

const TOPIC = 'events';
const CLIENTS = 50;
/** As long as the protocol allows. */
const WAIT_MS = 2 ** 31 - 1;

/** On a machine that does much else. */
const PATIENCE = { timeout: PATIENCE_MS };

describe('clients that leave while they wait', () => {
  const brokers = new TestBrokers();
  const clients: FrameCollector[] = [];

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await brokers.close();
  });

  async function connect(broker: Broker): Promise<FrameCollector> {
    const client = new FrameCollector(net.connect(broker.address.port, broker.address.host));
    clients.push(client);
    await client.connected;
    return client;
  }

  function bytesOf<A extends Api>(api: A, version: number, request: RequestInput<A>): Buffer {
    return Buffer.concat(encodeRequest(api, version, { correlationId: 1, clientId: 'leaver' }, request));
  }

  async function createTopic(broker: Broker): Promise<void> {
    const { topics } = await brokers.to(broker).send(createTopics, 5, {
      topics: [{ name: TOPIC, numPartitions: 1, replicationFactor: -1 }],
      timeoutMs: 10_000,
    });
    expect(topics[0]?.errorCode).toBe(0);
  }

  /** Leaves by turns in order, in the middle of the broker's answer, and as if the machine had died. */
  function leave(): void {
    clients.forEach(({ socket }, i) => (i % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()));
  }

  it('leave no fetch behind, wherever it waits', async () => {
    const broker = await brokers.start();
    await createTopic(broker);
    const poll = bytesOf(fetch, 12, {
      maxWaitMs: WAIT_MS,
      minBytes: 1,
      topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
    });
    // The second one of each waits for its turn.
    for (let i = 0; i < CLIENTS; i++) (await connect(broker)).write(Buffer.concat([poll, poll]));
    await expect.poll(() => broker.metrics.replicaManager.fetchPurgatorySize, PATIENCE).toBe(CLIENTS);
    leave();
    await expect.poll(() => broker.metrics.replicaManager.fetchPurgatorySize, PATIENCE).toBe(0);
    expect(broker.metrics.connectionCount).toBeLessThanOrEqual(1);
    expect(broker.metrics.queuedRequestBytes).toBe(0);
  });

  it('leave no produce and no deletion behind that waits for other replicas', async () => {
    const started = await brokers.startCluster(2, { 'replica.lag.time.max.ms': 600_000 });
    const [first, second] = [...started.values()];
    if (first === undefined || second === undefined) throw new Error('no brokers');
    await createTopic(first);
    const leaderOf = () => first.image.topicsByName.get(TOPIC)?.partitions.get(0)?.leader;
    await expect.poll(leaderOf, PATIENCE).toBeGreaterThan(0);
    const leader = leaderOf() === first.nodeId ? first : second;
    const append = bytesOf(produce, 9, {
      acks: -1,
      timeoutMs: WAIT_MS,
      topicData: [{ name: TOPIC, partitionData: [{ index: 0, records: batchOf('x'.repeat(100_000)) }] }],
    });
    const deletion = bytesOf(deleteRecords, 2, {
      timeoutMs: WAIT_MS,
      topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, offset: 0 }] }],
    });
    // Nobody fetches any more, and the session is long enough for the in-sync replicas to stay what they are.
    await brokers.stop(leader === first ? second : first, { handOver: false });
    for (let i = 0; i < CLIENTS; i++)
      (await connect(leader)).write(Buffer.concat([append, append, deletion]));
    await expect
      .poll(() => leader.metrics.replicaManager.producePurgatorySize, PATIENCE)
      .toBeGreaterThanOrEqual(CLIENTS * 2);
    expect(leader.metrics.queuedRequestBytes).toBeGreaterThan(CLIENTS * 100_000);
    leave();
    await expect.poll(() => leader.metrics.replicaManager.producePurgatorySize, PATIENCE).toBe(0);
    await expect.poll(() => leader.metrics.queuedRequestBytes, PATIENCE).toBe(0);
  });

  it('leave a group as soon as their session ends', async () => {
    const broker = await brokers.start({ 'group.min.session.timeout.ms': 100 });
    const client = brokers.to(broker);
    const coordinator = async (): Promise<number | undefined> =>
      (await client.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['group'] })).coordinators[0]
        ?.errorCode;
    await expect.poll(coordinator, PATIENCE).toBe(0);
    const join = bytesOf(joinGroup, 3, {
      groupId: 'group',
      sessionTimeoutMs: 200,
      rebalanceTimeoutMs: 1000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(10) }],
    });
    for (let i = 0; i < CLIENTS; i++) (await connect(broker)).write(join);
    const members = async (): Promise<number> => {
      const { groups } = await client.send(describeGroups, 5, { groups: ['group'] });
      return groups[0]?.members.length ?? -1;
    };
    await expect.poll(members, PATIENCE).toBeGreaterThan(CLIENTS / 2);
    leave();
    await expect.poll(members, PATIENCE).toBe(0);
    expect(broker.metrics.connectionCount).toBe(1);
  });
});
