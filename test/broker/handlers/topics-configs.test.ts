import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ZERO_UUID } from '../../../src/base/bytes-reader.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeQuorum } from '../../../src/protocol/messages/55-describe-quorum.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { describeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';

const TOPIC = 2;
const BROKER = 4;

describe('topics, metadata and configuration', () => {
  let brokers: TestBrokers;
  let broker: Broker;
  let client: TestClient;

  beforeAll(async () => {
    brokers = new TestBrokers();
    broker = await brokers.start({ 'log.retention.hours': 2, 'num.partitions': 4 });
    client = brokers.to(broker);
  });

  afterAll(() => brokers.close());

  const create = (name: string, options: { numPartitions?: number; configs?: Record<string, string> } = {}) =>
    client.send(createTopics, 7, {
      topics: [
        {
          name,
          numPartitions: options.numPartitions ?? -1,
          replicationFactor: -1,
          configs: Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])(
    'answers Metadata version %i with the address that was dialled',
    async (version) => {
      const response = await client.send(metadata, version, { topics: [{ name: `auto-${version}` }] });
      expect(response.brokers).toMatchObject([{ nodeId: 1, host: '127.0.0.1', port: broker.address.port }]);
      const [topic] = response.topics;
      expect(topic).toMatchObject({ errorCode: 0, name: `auto-${version}` });
      expect(topic?.partitions.map(({ leaderId, isrNodes }) => ({ leaderId, isrNodes }))).toEqual(
        Array.from({ length: 4 }, () => ({ leaderId: 1, isrNodes: [1] })),
      );
      const bad = await client.send(metadata, version, { topics: [{ name: 'not a name' }] });
      expect(bad.topics[0]?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
    },
  );

  it('tells all topics for null, none for an empty list, and creates none that it must not', async () => {
    await create('listed');
    const all = await client.send(metadata, 12, { topics: null });
    expect(all.topics.map(({ name }) => name)).toContain('listed');
    expect((await client.send(metadata, 12, { topics: [] })).topics).toEqual([]);
    expect((await client.send(metadata, 0, { topics: [] })).topics.length).toBe(all.topics.length);
    const unwanted = await client.send(metadata, 12, {
      topics: [{ name: 'unwanted' }],
      allowAutoTopicCreation: false,
    });
    expect(unwanted.topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('finds topics by id', async () => {
    const created = await create('by-id');
    const topicId = created.topics[0]?.topicId ?? '';
    const known = await client.send(metadata, 12, { topics: [{ name: null, topicId }] });
    expect(known.topics[0]).toMatchObject({ errorCode: 0, name: 'by-id', topicId });
    const other = Buffer.alloc(16, 7).toString('base64url');
    const unknown = await client.send(metadata, 12, { topics: [{ name: null, topicId: other }] });
    expect(unknown.topics[0]).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null });
  });

  it('creates many topics that are asked for at once, each once', async () => {
    const names = Array.from({ length: 10 }, (_, i) => ({ name: `burst-${i % 5}` }));
    const answers = await Promise.all(names.map((name) => client.send(metadata, 9, { topics: [name] })));
    expect(answers.map(({ topics }) => topics[0]?.errorCode)).toEqual(names.map(() => 0));
  });

  it('refuses what cannot be created', async () => {
    await create('taken');
    const errors = await Promise.all([
      create('taken'),
      create('a b'),
      create('zero', { numPartitions: 0 }),
      create('odd', { configs: { 'retention.ms': 'soon' } }),
      create('odd', { configs: { 'retention.mss': '1' } }),
    ]);
    expect(errors.map(({ topics }) => topics[0]?.errorCode)).toEqual([
      ErrorCode.TOPIC_ALREADY_EXISTS,
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      ErrorCode.INVALID_PARTITIONS,
      ErrorCode.INVALID_CONFIG,
      ErrorCode.INVALID_CONFIG,
    ]);
  });

  it('lets nobody make a topic that is called like its own metadata log', async () => {
    const name = '__cluster_metadata';
    // Some file systems take upper and lower case for one.
    expect((await create('__Cluster_Metadata')).topics[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    const made = await create(name);
    expect(made.topics[0]).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: `Creation of internal topic ${name} is prohibited.`,
    });
    for (const version of [0, 4, 13]) {
      const { topics } = await client.send(metadata, version, { topics: [{ name }] });
      expect(topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    const sent = await client.send(produce, 9, {
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name, partitionData: [{ index: 0, records: batchOf('x') }] }],
    });
    expect(sent.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(broker.image.topicsByName.has(name)).toBe(false);
  });

  it('grows and deletes topics', async () => {
    await create('growing', { numPartitions: 1 });
    const grown = await client.send(createPartitions, 3, {
      topics: [{ name: 'growing', count: 3, assignments: null }],
    });
    expect(grown.results[0]?.errorCode).toBe(0);
    const described = await client.send(metadata, 9, { topics: [{ name: 'growing' }] });
    expect(described.topics[0]?.partitions).toHaveLength(3);
    const shrunk = await client.send(createPartitions, 3, {
      topics: [{ name: 'growing', count: 2, assignments: null }],
    });
    expect(shrunk.results[0]?.errorCode).toBe(ErrorCode.INVALID_PARTITIONS);
    const deleted = await client.send(deleteTopics, 6, { topics: [{ name: 'growing', topicId: ZERO_UUID }] });
    expect(deleted.responses[0]?.errorCode).toBe(0);
    const gone = await client.send(metadata, 9, {
      topics: [{ name: 'growing' }],
      allowAutoTopicCreation: false,
    });
    expect(gone.topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('pages through topics and their partitions', async () => {
    await create('page-a', { numPartitions: 3 });
    await create('page-b', { numPartitions: 2 });
    const topics = [{ name: 'page-b' }, { name: 'page-a' }];
    const seen: string[] = [];
    let cursor: { topicName: string; partitionIndex: number } | null = null;
    do {
      const page: Awaited<ReturnType<typeof ask>> = await ask(cursor);
      for (const topic of page.topics) {
        for (const { partitionIndex } of topic.partitions) seen.push(`${topic.name}:${partitionIndex}`);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['page-a:0', 'page-a:1', 'page-a:2', 'page-b:0', 'page-b:1']);

    function ask(from: { topicName: string; partitionIndex: number } | null) {
      return client.send(describeTopicPartitions, 0, { topics, responsePartitionLimit: 2, cursor: from });
    }
  });

  it('tells where each setting comes from', async () => {
    await create('configured', { configs: { 'max.message.bytes': '2000' } });
    const response = await client.send(describeConfigs, 4, {
      resources: [{ resourceType: TOPIC, resourceName: 'configured', configurationKeys: null }],
      includeSynonyms: true,
      includeDocumentation: true,
    });
    const configs = new Map(response.results[0]?.configs.map((config) => [config.name, config]));
    expect(configs.get('max.message.bytes')).toMatchObject({ value: '2000', configSource: 1 });
    expect(configs.get('retention.ms')).toMatchObject({ value: '7200000', configSource: 4, configType: 5 });
    expect(configs.get('segment.bytes')).toMatchObject({ value: '1073741824', configSource: 5 });
    expect(configs.get('retention.ms')?.synonyms.map(({ name, source }) => `${name}:${source}`)).toEqual([
      'log.retention.hours:4',
    ]);
    expect(configs.get('segment.bytes')?.synonyms.map(({ name }) => name)).toEqual(['log.segment.bytes']);
    const one = await client.send(describeConfigs, 1, {
      resources: [{ resourceType: BROKER, resourceName: '1', configurationKeys: ['num.partitions'] }],
    });
    expect(one.results[0]?.configs).toMatchObject([{ name: 'num.partitions', value: '4', configSource: 4 }]);
  });

  it('changes settings of a topic, and the log obeys', async () => {
    await create('changing');
    const changed = await client.send(incrementalAlterConfigs, 1, {
      resources: [
        {
          resourceType: TOPIC,
          resourceName: 'changing',
          configs: [{ name: 'max.message.bytes', configOperation: 0, value: '1234' }],
        },
      ],
    });
    expect(changed.responses[0]?.errorCode).toBe(0);
    const response = await client.send(describeConfigs, 4, {
      resources: [
        { resourceType: TOPIC, resourceName: 'changing', configurationKeys: ['max.message.bytes'] },
      ],
    });
    expect(response.results[0]?.configs[0]).toMatchObject({ value: '1234', configSource: 1 });
  });

  it('tells a setting of a topic as it was read, however it was written', async () => {
    await create('normal', { configs: { 'cleanup.policy': ' compact , compact', 'retention.bytes': '+7' } });
    const configurationKeys = ['cleanup.policy', 'retention.bytes'];
    const { results } = await client.send(describeConfigs, 4, {
      resources: [{ resourceType: TOPIC, resourceName: 'normal', configurationKeys }],
      includeSynonyms: true,
    });
    const told = results[0]?.configs.map(({ value, synonyms: [first] }) => [value, first?.value]);
    expect(told).toEqual([
      ['compact', 'compact'],
      ['7', '7'],
    ]);
  });

  it('describes the cluster, its quorum and its disk', async () => {
    const cluster = await client.send(describeCluster, 1, {});
    expect(cluster).toMatchObject({ errorCode: 0, clusterId: broker.clusterId, controllerId: 1 });
    const wrong = await client.send(describeCluster, 1, { endpointType: 2 });
    expect(wrong.errorCode).toBe(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
    const quorum = await client.send(describeQuorum, 2, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
    });
    expect(quorum.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, leaderId: 1 });
    const { host, port } = broker.address;
    expect(quorum.nodes).toEqual([{ nodeId: 1, listeners: [{ name: 'PLAINTEXT', host, port }] }]);
    const disks = await client.send(describeLogDirs, 4, { topics: null });
    expect(disks.results[0]).toMatchObject({ errorCode: 0, logDir: broker.directory });
    const { totalBytes = 0, usableBytes = 0 } = disks.results[0] ?? {};
    expect(usableBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(usableBytes);
  });

  it('advertises what it serves, Produce from version 0', async () => {
    const response = await client.send(apiVersions, 3, {
      clientSoftwareName: 'millrace-test',
      clientSoftwareVersion: '1.0',
    });
    const served = new Map(response.apiKeys.map((api) => [api.apiKey, api]));
    expect(served.get(0)).toEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
    expect(served.has(52)).toBe(false);
    const unnamed = await client.send(apiVersions, 3, {
      clientSoftwareName: '-',
      clientSoftwareVersion: '1',
    });
    expect(unnamed.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});
