import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis } from '../../../src/protocol/apis.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';

/**
 * Every API in every version that is told to clients answers: a request with nothing but defaults, and one for
 * something that does not exist. An answer that a version cannot carry would close the connection.
 */
describe('every served version', () => {
  const brokers = new TestBrokers();
  let client: TestClient;
  let served: readonly {
    readonly apiKey: number;
    readonly minVersion: number;
    readonly maxVersion: number;
  }[] = [];

  beforeAll(async () => {
    const broker = await brokers.start({ 'controller.quorum.request.timeout.ms': 1000 });
    client = brokers.to(broker);
    await client.send(metadata, 9, { topics: [{ name: 'existing' }] });
    served = (await client.send(apiVersions, 0, {})).apiKeys;
  });

  afterAll(() => brokers.close());

  /** What to ask for that does not exist, by API name; what is left out has its default. */
  const unknown: Readonly<Record<string, (version: number) => object>> = {
    Produce: (version) => ({
      acks: 1,
      timeoutMs: 100,
      topicData: [
        {
          ...(version >= 13 ? { topicId: 'BwcHBwcHBwcHBwcHBwcHBw' } : { name: 'missing' }),
          partitionData: [{ index: 0, records: Buffer.alloc(70) }],
        },
      ],
    }),
    Fetch: (version) => ({
      topics: [
        {
          ...(version >= 13 ? { topicId: 'BwcHBwcHBwcHBwcHBwcHBw' } : { topic: 'missing' }),
          partitions: [{ partition: 3, fetchOffset: 1, partitionMaxBytes: 10 }],
        },
      ],
    }),
    ListOffsets: () => ({
      replicaId: -1,
      topics: [{ name: 'missing', partitions: [{ partitionIndex: 1, timestamp: -1 }] }],
    }),
    Metadata: (version) => ({
      topics: [{ name: 'missing' }],
      ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
    }),
    OffsetForLeaderEpoch: () => ({
      topics: [{ topic: 'missing', partitions: [{ partition: 1, leaderEpoch: 0 }] }],
    }),
    FindCoordinator: (version) => (version >= 4 ? { coordinatorKeys: ['group', ''] } : { key: 'group' }),
    DeleteRecords: () => ({ topics: [{ name: 'missing', partitions: [{ partitionIndex: 0, offset: 5 }] }] }),
    CreatePartitions: () => ({ topics: [{ name: 'missing', count: 4, assignments: null }], timeoutMs: 1000 }),
    DeleteTopics: (version) => ({
      timeoutMs: 1000,
      ...(version >= 6 ? { topics: [{ name: 'missing' }] } : { topicNames: ['missing'] }),
    }),
    DescribeConfigs: () => ({
      resources: [2, 4, 8, 99].map((resourceType) => ({
        resourceType,
        resourceName: '1',
        configurationKeys: null,
      })),
    }),
    DescribeGroups: () => ({ groups: ['missing'] }),
    DeleteGroups: () => ({ groupsNames: ['missing'] }),
    DescribeTopicPartitions: () => ({ topics: [{ name: 'missing' }, { name: 'not a name' }] }),
    OffsetFetch: (version) =>
      version >= 8 ? { groups: [{ groupId: 'missing', topics: null }] } : { groupId: 'missing', topics: [] },
    Heartbeat: () => ({ groupId: 'missing', generationId: 1, memberId: 'nobody' }),
    SyncGroup: () => ({ groupId: 'missing', generationId: 1, memberId: 'nobody' }),
    JoinGroup: () => ({
      groupId: 'missing',
      memberId: 'nobody',
      sessionTimeoutMs: 10_000,
      protocolType: 'consumer',
    }),
    ApiVersions: () => ({ clientSoftwareName: '-' }),
  };

  it('answers', async () => {
    expect(served.length).toBeGreaterThan(25);
    for (const { apiKey, maxVersion } of served) {
      const api = apis[apiKey as keyof typeof apis];
      for (let version = api.versions.min; version <= maxVersion; version++) {
        // Produce with its default acks=0 is never answered.
        const requests = [api.key === 0 ? { acks: 1 } : {}, unknown[api.name]?.(version) ?? {}];
        for (const request of requests) {
          const answer = await client
            .send(api as never, version, request as never)
            .catch((error: unknown) => error);
          expect(answer, `${api.name} v${version} ${JSON.stringify(request)}`).not.toBeInstanceOf(Error);
        }
      }
    }
  });
});
