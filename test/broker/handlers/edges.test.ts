import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts';
import { BatchBuilder, type BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

/**
 * Answers to requests at the edge of what is allowed, as Apache Kafka 4.3.1 gives them; `test/compat/same-answers`
 * asks both brokers.
 */
describe('requests at the edge', () => {
  const brokers = new TestBrokers();
  const ids = new Map<string, string>();
  let client: TestClient;

  const timeoutMs = 10_000;
  const topicOf = (name: string, configs: { name: string; value: string }[] = []) => ({
    name,
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [],
    configs,
  });

  beforeAll(async () => {
    client = brokers.to(await brokers.start({ 'node.id': 1 }));
    const compact = { name: 'cleanup.policy', value: 'compact' };
    const topics = [topicOf('a'), topicOf('b'), topicOf('compacted', [compact])];
    for (const { name, topicId } of (await client.send(createTopics, 7, { topics, timeoutMs })).topics) {
      ids.set(name, topicId);
    }
    const known = async (): Promise<number[]> => {
      const asked = { name: 'compacted', partitions: [{ partitionIndex: 0, timestamp: -1 }] };
      const answer = await client.send(listOffsets, 7, { replicaId: -1, topics: [asked] });
      return answer.topics.flatMap((topic) => topic.partitions.map((partition) => partition.errorCode));
    };
    await vi.waitFor(async () => expect(await known()).toEqual([ErrorCode.NONE]), { timeout: PATIENCE_MS });
  });

  afterAll(() => brokers.close());

  it('tells the features that it supports; those that can be off only from version 4 on', async () => {
    const software = { clientSoftwareName: 'a', clientSoftwareVersion: '1' };
    const namesIn = async (version: number) =>
      (await client.send(apiVersions, version, software)).supportedFeatures.map(({ name }) => name);
    expect(await namesIn(3)).toEqual(['metadata.version']);
    const known = ['metadata.version', 'eligible.leader.replicas.version', 'transaction.version'];
    // Those of other groups are off, and cannot be more.
    const off = ['group', 'kraft', 'share', 'streams'].map((name) => `${name}.version`);
    expect(await namesIn(4)).toEqual([...known, ...off]);
    const { supportedFeatures, finalizedFeatures } = await client.send(apiVersions, 4, software);
    for (const { name, maxVersionLevel } of finalizedFeatures) {
      const supported = supportedFeatures.find((feature) => feature.name === name);
      expect(supported?.maxVersion).toBeGreaterThanOrEqual(maxVersionLevel);
    }
  });

  describe('Metadata', () => {
    it('tells a topic once that is asked for twice', async () => {
      const { topics } = await client.send(metadata, 9, { topics: [{ name: 'a' }, { name: 'a' }] });
      expect(topics.map(({ name }) => name)).toEqual(['a']);
    });

    it('refuses ids before version 12, and null for a name', async () => {
      for (const topic of [{ name: null }, { topicId: ids.get('a') ?? '', name: 'a' }]) {
        const answer = await client.send(metadata, 10, { topics: [topic] });
        expect(answer).toMatchObject({ brokers: [], topics: [{ errorCode: ErrorCode.INVALID_REQUEST }] });
      }
    });

    it('passes over names where one topic is asked for by id', async () => {
      const asked = [{ topicId: ids.get('a') ?? '', name: null }, { name: 'b' }];
      const { topics } = await client.send(metadata, 12, { topics: asked });
      expect(topics.map(({ name }) => name)).toEqual(['a']);
    });
  });

  it('refuses a cursor that stands on no topic of the request, or before its partitions', async () => {
    for (const cursor of [
      { topicName: 'b', partitionIndex: 0 },
      { topicName: 'a', partitionIndex: -1 },
    ]) {
      const answer = await client.send(describeTopicPartitions, 0, { topics: [{ name: 'a' }], cursor });
      expect(answer.topics).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST, partitions: [] }]);
    }
  });

  it('deletes nothing that is named twice, and says so once', async () => {
    const topicId = ids.get('a') ?? '';
    const cases = [
      { topics: [{ name: 'a' }, { name: 'a' }], errorMessage: 'Duplicate topic name.' },
      { topics: [{ topicId }, { topicId }], errorMessage: 'Duplicate topic id.' },
      {
        topics: [{ name: 'a' }, { topicId }],
        errorMessage: 'The provided topic name maps to an ID that was already supplied.',
      },
    ];
    for (const { topics, errorMessage } of cases) {
      const { responses } = await client.send(deleteTopics, 6, { topics, timeoutMs });
      expect(responses).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST, errorMessage }]);
    }
    const { topics } = await client.send(metadata, 9, { topics: [{ name: 'a' }] });
    expect(topics[0]?.errorCode).toBe(ErrorCode.NONE);
  });

  it('refuses once to grow a topic that is named twice', async () => {
    const topics = [3, 4].map((count) => ({ name: 'a', count, assignments: null }));
    const { results } = await client.send(createPartitions, 3, { topics, timeoutMs });
    expect(results).toMatchObject([{ name: 'a', errorCode: ErrorCode.INVALID_REQUEST }]);
  });

  it('looks up the coordinator of any group, and of no unknown kind', async () => {
    const { coordinators } = await client.send(findCoordinator, 4, { coordinatorKeys: [''] });
    expect(coordinators).toMatchObject([{ key: '', nodeId: 1, errorCode: ErrorCode.NONE, errorMessage: '' }]);
    const unknown = await client.send(findCoordinator, 4, { coordinatorKeys: ['a'], keyType: 9 });
    expect(unknown.coordinators).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST, nodeId: -1 }]);
  });

  it.each([
    { producerId: 4, producerEpoch: -1, errorCode: ErrorCode.INVALID_REQUEST },
    { producerId: -1, producerEpoch: 4, errorCode: ErrorCode.INVALID_REQUEST },
    { producerId: 4, producerEpoch: 4, errorCode: ErrorCode.NONE },
  ])('a producer with id $producerId and epoch $producerEpoch', async ({ errorCode, ...producer }) => {
    const request = { transactionalId: null, transactionTimeoutMs: 1000, ...producer };
    expect((await client.send(initProducerId, 4, request)).errorCode).toBe(errorCode);
  });

  it.each([
    [0, 7, ErrorCode.FETCH_SESSION_ID_NOT_FOUND],
    [9, 7, ErrorCode.FETCH_SESSION_ID_NOT_FOUND],
    [9, 0, ErrorCode.NONE],
    [9, -1, ErrorCode.NONE],
  ])('a fetch of session %i in epoch %i', async (sessionId, sessionEpoch, errorCode) => {
    const answer = await client.send(fetch, 12, { maxWaitMs: 0, minBytes: 0, sessionId, sessionEpoch });
    expect(answer.errorCode).toBe(errorCode);
  });

  it('refuses once to list the offsets of a partition that is asked for twice', async () => {
    const partitions = [-1, -2].map((timestamp) => ({ partitionIndex: 0, timestamp }));
    const answer = await client.send(listOffsets, 7, { replicaId: -1, topics: [{ name: 'a', partitions }] });
    expect(answer.topics[0]?.partitions).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }]);
  });

  describe('configurations', () => {
    const TOPIC = 2;

    it('no keys are all keys', async () => {
      const of = async (configurationKeys: string[] | null) => {
        const resources = [{ resourceType: TOPIC, resourceName: 'a', configurationKeys }];
        return (await client.send(describeConfigs, 4, { resources })).results[0]?.configs;
      };
      expect((await of([]))?.length).toBeGreaterThan(20);
      expect(await of([])).toEqual(await of(null));
    });

    it('tells a name that is none from a topic that is not there', async () => {
      const resources = ['no good', '', 'missing'].map((resourceName) => ({
        resourceType: TOPIC,
        resourceName,
        configurationKeys: null,
      }));
      const described = await client.send(describeConfigs, 4, { resources });
      const { INVALID_TOPIC_EXCEPTION, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION } = ErrorCode;
      expect(described.results.map(({ errorCode }) => errorCode)).toEqual([
        INVALID_TOPIC_EXCEPTION,
        INVALID_TOPIC_EXCEPTION,
        UNKNOWN_TOPIC_OR_PARTITION,
      ]);
      const changes = resources.map(({ resourceType, resourceName }) => ({ resourceType, resourceName }));
      const altered = await client.send(incrementalAlterConfigs, 1, { resources: changes });
      expect(altered.responses.map(({ errorCode }) => errorCode)).toEqual([
        INVALID_TOPIC_EXCEPTION,
        INVALID_REQUEST,
        UNKNOWN_TOPIC_OR_PARTITION,
      ]);
    });
  });

  describe('Produce', () => {
    const send = async (name: string, records: Buffer, version = 9) => {
      const topicData = [{ name, partitionData: [{ index: 0, records }] }];
      const answer = await client.send(produce, version, { acks: 1, timeoutMs, topicData });
      return answer.responses[0]?.partitionResponses[0];
    };
    const batchAt = (timestamp: number, header: BatchHeader = {}): Buffer => {
      const builder = new BatchBuilder();
      builder.append(null, Buffer.from('v'), timestamp);
      return builder.build(header);
    };

    it('names the records that it refuses', async () => {
      const withoutKey = await send('compacted', batchAt(Date.now()));
      const message = 'Compacted topic cannot accept message without key in topic partition compacted-0';
      expect(withoutKey).toMatchObject({
        errorCode: ErrorCode.INVALID_RECORD,
        recordErrors: [{ batchIndex: 0, batchIndexErrorMessage: message }],
        errorMessage:
          'One or more records have been rejected due to 1 record errors in total, and only showing the first three ' +
          `errors at most: [RecordError(batchIndex=0, message='${message}')]`,
      });
      const tooFarAhead = await send('a', batchAt(Date.now() + 7_200_000));
      expect(tooFarAhead).toMatchObject({
        errorCode: ErrorCode.INVALID_TIMESTAMP,
        recordErrors: [{ batchIndex: 0 }],
        errorMessage: 'One or more records have been rejected due to invalid timestamp',
      });
    });

    it.each([
      [3, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE],
      [6, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE],
      [7, ErrorCode.NONE],
    ])('takes zstd from version 7 on (KIP-110): v%i', async (version, errorCode) => {
      expect(await send('a', batchAt(Date.now(), { compression: 'zstd' }), version)).toMatchObject({
        errorCode,
      });
    });

    it('refuses a codec that is none, and a transaction that the request does not name', async () => {
      const unknownCodec = batchAt(Date.now());
      unknownCodec.writeUInt8(5, 22);
      expect((await send('a', unknownCodec))?.errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
      const header = { producerId: 5, producerEpoch: 0, baseSequence: 0, isTransactional: true };
      expect((await send('a', batchAt(Date.now(), header)))?.errorCode).toBe(
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      );
    });
  });
});
