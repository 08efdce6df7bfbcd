import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeProducers } from '../../../src/protocol/messages/61-describe-producers.ts';
import { unregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts';
import { TOPIC_OPERATIONS } from '../../../broker/handlers/authorized-operations.ts';
import { makeBatch } from '../log/batches.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

const TOPIC = 2;
const SET = 0;
const timeoutMs = 10_000;

/** What tools and clients see of Apache Kafka 4.3.1 in small things. */
describe('answers in small things', () => {
  const brokers = new TestBrokers();
  let client: TestClient;

  const create = (name: string, configs: { name: string; value: string }[] = []) =>
    client.send(createTopics, 7, {
      topics: [{ name, numPartitions: 1, replicationFactor: 1, configs }],
      timeoutMs,
    });

  const alter = async (topic: string, name: string, value: string) => {
    const configs = [{ name, configOperation: SET, value }];
    const { responses } = await client.send(incrementalAlterConfigs, 1, {
      resources: [{ resourceType: TOPIC, resourceName: topic, configs }],
      validateOnly: false,
    });
    return responses[0];
  };

  beforeAll(async () => {
    client = brokers.to(await brokers.start({ 'node.id': 1 }));
    await create('plain');
    const records = makeBatch({ timestamp: Date.now() });
    await vi.waitFor(
      async () => {
        const topicData = [{ name: 'plain', partitionData: [{ index: 0, records }] }];
        const { responses } = await client.send(produce, 9, { acks: 1, timeoutMs, topicData });
        expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
      },
      { timeout: PATIENCE_MS },
    );
  });
  afterAll(() => brokers.close());

  it('a tiered topic is refused, where nothing is tiered', async () => {
    const errorMessage =
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.';
    const { topics } = await create('tiered', [{ name: 'remote.storage.enable', value: 'true' }]);
    expect(topics[0]).toMatchObject({ errorCode: ErrorCode.INVALID_CONFIG, errorMessage });
    expect(await alter('plain', 'remote.storage.enable', 'TRUE')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage,
    });
    expect(await alter('plain', 'remote.storage.enable', 'false')).toMatchObject({
      errorCode: ErrorCode.NONE,
    });
  });

  it('a wrong setting is told before a topic that is not there', async () => {
    expect(await alter('missing', 'retention.ms', 'soon')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'Invalid value soon for configuration retention.ms: Not a number of type LONG',
    });
    expect(await alter('missing', 'retention.ms', '5')).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
  });

  it('a broker that nobody knows cannot be unregistered', async () => {
    expect(await client.send(unregisterBroker, 0, { brokerId: 77 })).toMatchObject({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
    });
  });

  it('what is named twice for deletion is refused, whether or not it is there', async () => {
    const topics = [{ name: 'missing' }, { name: 'missing' }];
    const { responses } = await client.send(deleteTopics, 6, { topics, timeoutMs });
    expect(responses).toMatchObject([
      { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' },
    ]);
  });

  it('delete.topic.enable=false keeps topics', async () => {
    const other = new TestBrokers();
    try {
      const strict = other.to(await other.start({ 'delete.topic.enable': false }));
      await strict.send(createTopics, 7, {
        topics: [{ name: 'kept', numPartitions: 1, replicationFactor: 1 }],
        timeoutMs,
      });
      const late = await strict.send(deleteTopics, 6, { topics: [{ name: 'kept' }], timeoutMs });
      expect(late.responses).toMatchObject([{ name: 'kept', errorCode: ErrorCode.TOPIC_DELETION_DISABLED }]);
      const early = await strict.send(deleteTopics, 2, { topicNames: ['kept'], timeoutMs });
      expect(early.responses).toMatchObject([{ name: 'kept', errorCode: ErrorCode.INVALID_REQUEST }]);
      const { topics } = await strict.send(metadata, 9, { topics: [{ name: 'kept' }] });
      expect(topics).toMatchObject([{ errorCode: ErrorCode.NONE }]);
    } finally {
      await other.close();
    }
  });

  it('operations are told of topics that are not there', async () => {
    const { topics } = await client.send(metadata, 9, {
      topics: [{ name: 'missing-too' }, { name: 'no topic' }],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    });
    expect(topics.map((topic) => topic.topicAuthorizedOperations)).toEqual([
      TOPIC_OPERATIONS,
      TOPIC_OPERATIONS,
    ]);
  });

  it('an epoch before all ends where the log begins; no epoch has no end', async () => {
    const ends = await Promise.all(
      [-2, -1, 0].map(async (leaderEpoch) => {
        const partitions = [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch }];
        const { topics } = await client.send(offsetForLeaderEpoch, 4, {
          replicaId: -1,
          topics: [{ topic: 'plain', partitions }],
        });
        const found = topics[0]?.partitions[0];
        return [found?.leaderEpoch, found?.endOffset];
      }),
    );
    expect(ends).toEqual([
      [-2, 0],
      [-1, -1],
      [0, 1],
    ]);
  });

  it('a special time that a version does not know is refused before the partition is looked for', async () => {
    const { topics } = await client.send(listOffsets, 6, {
      topics: [{ name: 'missing', partitions: [{ partitionIndex: 0, timestamp: -3 }] }],
    });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });

  it('producers of a topic that can have no name', async () => {
    const { topics } = await client.send(describeProducers, 0, {
      topics: [{ name: '', partitionIndexes: [0] }],
    });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  });

  it('a batch that is refused tells where the log begins', async () => {
    const records = makeBatch({ producerId: 5, producerEpoch: 0 });
    const topicData = [{ name: 'plain', partitionData: [{ index: 0, records }] }];
    const { responses } = await client.send(produce, 9, { acks: 1, timeoutMs, topicData });
    expect(responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
      baseOffset: -1,
      logStartOffset: 0,
    });
  });

  it('coordinators of share groups, which are not there: an error that clients stop at', async () => {
    const ask = async (version: number, keyType: number) => {
      const keys = version >= 4 ? { coordinatorKeys: ['k'] } : { key: 'k' };
      const answer = await client.send(findCoordinator, version, { keyType, ...keys });
      return (answer.coordinators[0] ?? answer).errorCode;
    };
    for (const version of [2, 6]) expect(await ask(version, 2)).toBe(ErrorCode.INVALID_REQUEST);
  });
});
