import { beforeEach, describe, expect, test } from 'vitest';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { alterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts';
import { ControllerHarness } from './controller-harness.ts';

type Topic = NonNullable<RequestInput<typeof createTopics>['topics']>[number];

let harness: ControllerHarness;

beforeEach(async () => {
  harness = await ControllerHarness.start({ numPartitions: 2 });
  await harness.join(1, 2, 3);
});

async function create(topic: Topic, options: { readonly validateOnly?: boolean } = {}) {
  const topics = [{ numPartitions: 1, replicationFactor: 1, ...topic }];
  const response = await harness.send(createTopics, { topics, timeoutMs: 1000, ...options });
  return response.topics[0];
}

describe('CreateTopics', () => {
  test('makes a thousand topics in parts, and answers others in between', async () => {
    const answered: string[] = [];
    const topics = Array.from({ length: 1000 }, (_, i) => ({
      name: `topic-${i}`,
      numPartitions: 1,
      replicationFactor: 1,
    }));
    const ask = async (what: string, request: RequestInput<typeof createTopics>) => {
      const decoded = decodeStruct(createTopics.request, 7, encodeStruct(createTopics.request, 7, request));
      const response = await harness.controller.answer(createTopics, 7, decoded);
      answered.push(what);
      return decodeStruct(createTopics.response, 7, encodeStruct(createTopics.response, 7, response));
    };
    const creation = ask('many', { topics, timeoutMs: 1000 });
    const other = { name: 'other', numPartitions: 1, replicationFactor: 1 };
    void ask('other', { topics: [other], timeoutMs: 1000 });
    await harness.time.run(1);
    const many = await creation;
    expect(answered).toEqual(['other', 'many']);
    expect(many.topics.map(({ name }) => name)).toEqual(topics.map(({ name }) => name));
    expect(new Set(many.topics.map(({ errorCode }) => errorCode))).toEqual(new Set([ErrorCode.NONE]));
    expect(harness.image.topicsByName.size).toBe(1001);
  });

  test('names a duplicate once, wherever it stands among a thousand', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `topic-${i === 999 ? 0 : i}`);
    const { topics } = await harness.send(createTopics, {
      topics: names.map((name) => ({ name, numPartitions: 1, replicationFactor: 1 })),
      timeoutMs: 1000,
    });
    expect(topics).toHaveLength(999);
    expect(topics[0]).toMatchObject({ name: 'topic-0', errorCode: ErrorCode.INVALID_REQUEST });
    expect(harness.image.topicsByName.size).toBe(998);
  });

  test('places partitions over the brokers and tells what it made', async () => {
    const result = await create({ name: 'orders', numPartitions: 6, replicationFactor: 2 });
    expect(result).toMatchObject({ errorCode: ErrorCode.NONE, numPartitions: 6, replicationFactor: 2 });
    const topic = harness.image.topicsByName.get('orders');
    expect(topic?.id).toBe(result?.topicId);
    expect(harness.image.topicsById.get(result?.topicId ?? '')).toBe(topic);
    const leaders = new Map<number, number>();
    for (const partition of topic?.partitions ?? []) {
      expect(new Set(partition.replicas).size).toBe(2);
      expect(partition).toMatchObject({
        isr: partition.replicas,
        leader: partition.replicas[0],
        leaderEpoch: 0,
      });
      leaders.set(partition.leader, (leaders.get(partition.leader) ?? 0) + 1);
    }
    expect([...leaders.values()]).toEqual([2, 2, 2]);
  });

  test('takes the defaults where -1 is asked for', async () => {
    const result = await create({ name: 'defaults', numPartitions: -1, replicationFactor: -1 });
    expect(result).toMatchObject({ errorCode: ErrorCode.NONE, numPartitions: 2, replicationFactor: 1 });
    expect(result?.configs?.find((config) => config.name === 'retention.ms')).toMatchObject({
      value: '604800000',
      configSource: 5,
    });
  });

  test('keeps the configs and tells their source', async () => {
    const result = await create({
      name: 'configured',
      configs: [{ name: 'cleanup.policy', value: 'compact' }],
    });
    expect(result?.configs?.find((config) => config.name === 'cleanup.policy')).toMatchObject({
      value: 'compact',
      configSource: 1,
    });
    expect(harness.image.configs.get('2:configured')?.toObject()).toEqual({ 'cleanup.policy': 'compact' });
  });

  test.each<[string, Topic, number]>([
    ['a bad name', { name: 'no spaces' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a dot', { name: '.' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a name too long', { name: 'x'.repeat(250) }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['no partitions', { name: 'a', numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS],
    ['no replicas', { name: 'a', replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    ['too many replicas', { name: 'a', replicationFactor: 4 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    [
      'a bad config',
      { name: 'a', configs: [{ name: 'retention.ms', value: 'soon' }] },
      ErrorCode.INVALID_CONFIG,
    ],
    [
      'a null config',
      { name: 'a', configs: [{ name: 'retention.ms', value: null }] },
      ErrorCode.INVALID_CONFIG,
    ],
    ['too many partitions', { name: 'a', numPartitions: 10_001 }, ErrorCode.POLICY_VIOLATION],
    [
      'an assignment with a count',
      { name: 'a', replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      ErrorCode.INVALID_REQUEST,
    ],
    [
      'an assignment that does not begin at 0',
      {
        name: 'a',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 1, brokerIds: [1] }],
      },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'an assignment to a stranger',
      {
        name: 'a',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [9] }],
      },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'an assignment with a duplicate',
      {
        name: 'a',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }],
      },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
  ])('refuses %s', async (_what, topic, errorCode) => {
    const before = harness.image;
    expect(await create(topic)).toMatchObject({ name: topic.name, errorCode });
    expect(harness.image).toBe(before);
  });

  test('suggests the nearest config name', async () => {
    const result = await create({ name: 'a', configs: [{ name: 'retention.msec', value: '1' }] });
    expect(result?.errorMessage).toBe(
      'Unknown topic config name: retention.msec; did you mean retention.ms?',
    );
  });

  test('knows its topics, and names that differ only in dot and underscore', async () => {
    await create({ name: 'a.b' });
    expect(await create({ name: 'a.b' })).toMatchObject({ errorCode: ErrorCode.TOPIC_ALREADY_EXISTS });
    expect(await create({ name: 'a_b' })).toMatchObject({ errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION });
  });

  test('one bad topic does not spoil the others; twice the same spoils itself', async () => {
    const topic = { numPartitions: 1, replicationFactor: 1 };
    const topics = ['good', 'bad name', 'twice', 'twice'].map((name) => ({ name, ...topic }));
    const response = await harness.send(createTopics, { topics, timeoutMs: 1000 });
    expect(response.topics.map((result) => [result.name, result.errorCode])).toEqual([
      ['good', ErrorCode.NONE],
      ['bad name', ErrorCode.INVALID_TOPIC_EXCEPTION],
      ['twice', ErrorCode.INVALID_REQUEST],
    ]);
    expect([...harness.image.topicsByName.keys()]).toEqual(['good']);
  });

  test('validateOnly changes nothing', async () => {
    expect(await create({ name: 'dry' }, { validateOnly: true })).toMatchObject({
      errorCode: 0,
      numPartitions: 1,
    });
    expect(harness.image.topicsByName.size).toBe(0);
  });

  test('a manual assignment is kept, its first living broker leads', async () => {
    await harness.heartbeat(3, { wantFence: true });
    await create({
      name: 'manual',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 0, brokerIds: [3, 2] }],
    });
    expect(harness.partition('manual')).toMatchObject({ replicas: [3, 2], isr: [2], leader: 2 });
  });

  test('all is there again after a restart', async () => {
    await create({ name: 'kept', numPartitions: 3, configs: [{ name: 'retention.ms', value: '5' }] });
    const before = harness.image;
    await harness.restart();
    expect(harness.image.topicsByName.get('kept')?.partitions.toJS()).toEqual(
      before.topicsByName.get('kept')?.partitions.toJS(),
    );
    expect(harness.image.configs.equals(before.configs)).toBe(true);
    expect(harness.image.brokers.keySeq().toArray()).toEqual([1, 2, 3]);
  });
});

describe('DeleteTopics', () => {
  test('deletes by name and by id, with the overrides', async () => {
    await create({ name: 'a', configs: [{ name: 'retention.ms', value: '5' }] });
    const b = await create({ name: 'b' });
    const topics = [{ name: 'a' }, { name: null, topicId: b?.topicId ?? '' }, { name: 'nowhere' }];
    const response = await harness.send(deleteTopics, { topics, timeoutMs: 1000 });
    expect(response.responses.map((result) => [result.name, result.errorCode])).toEqual([
      ['a', ErrorCode.NONE],
      ['b', ErrorCode.NONE],
      ['nowhere', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ]);
    expect(harness.image.topicsByName.size + harness.image.topicsById.size).toBe(0);
    // That of all brokers is left.
    expect([...harness.image.configs.keys()]).toEqual(['4:']);
  });

  test('a topic made again has another id and none of the old overrides', async () => {
    const first = await create({ name: 'a', configs: [{ name: 'retention.ms', value: '5' }] });
    await harness.send(deleteTopics, { topicNames: ['a'], timeoutMs: 1000 }, 5);
    const second = await create({ name: 'a' });
    expect(second?.topicId).not.toBe(first?.topicId);
    expect([...harness.image.configs.keys()]).toEqual(['4:']);
    const byOldId = [{ name: null, topicId: first?.topicId ?? '' }];
    const response = await harness.send(deleteTopics, { topics: byOldId, timeoutMs: 1000 });
    expect(response.responses[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
  });
});

describe('CreatePartitions', () => {
  async function grow(name: string, count: number, assignments: { brokerIds: number[] }[] | null = null) {
    const response = await harness.send(createPartitions, {
      topics: [{ name, count, assignments }],
      timeoutMs: 1000,
    });
    return response.results[0];
  }

  test('adds partitions with the same replication factor, never takes any away', async () => {
    await create({ name: 'a', numPartitions: 2, replicationFactor: 3 });
    expect(await grow('a', 4)).toMatchObject({ errorCode: ErrorCode.NONE });
    expect(
      harness.image.topicsByName
        .get('a')
        ?.partitions.map((p) => p.replicas.length)
        .toArray(),
    ).toEqual([3, 3, 3, 3]);
    expect(await grow('a', 4)).toMatchObject({
      errorCode: ErrorCode.INVALID_PARTITIONS,
      errorMessage: 'Topic already has 4 partition(s).',
    });
    expect(await grow('a', 1)).toMatchObject({ errorCode: ErrorCode.INVALID_PARTITIONS });
    expect(await grow('b', 1)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
  });

  test('takes an assignment that fits', async () => {
    await create({ name: 'a', numPartitions: 1, replicationFactor: 2 });
    expect(await grow('a', 2, [{ brokerIds: [1] }])).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    });
    expect(await grow('a', 2, [])).toMatchObject({ errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT });
    expect(await grow('a', 2, [{ brokerIds: [3, 1] }])).toMatchObject({ errorCode: ErrorCode.NONE });
    expect(harness.partition('a', 1)).toMatchObject({ replicas: [3, 1], leader: 3 });
  });
});

describe('configs', () => {
  const SET = 0;
  const DELETE = 1;
  const APPEND = 2;
  const SUBTRACT = 3;

  async function alter(
    resourceType: number,
    resourceName: string,
    ...ops: [string, number, string | null][]
  ) {
    const configs = ops.map(([name, configOperation, value]) => ({ name, configOperation, value }));
    const response = await harness.send(incrementalAlterConfigs, {
      resources: [{ resourceType, resourceName, configs }],
    });
    return response.responses[0];
  }

  test('are set, deleted, appended to and subtracted from', async () => {
    await create({ name: 'a' });
    const overrides = () => harness.image.configs.get('2:a')?.toObject();
    await alter(2, 'a', ['retention.ms', SET, '10'], ['cleanup.policy', APPEND, 'compact']);
    expect(overrides()).toEqual({ 'retention.ms': '10', 'cleanup.policy': 'delete,compact' });
    await alter(2, 'a', ['retention.ms', DELETE, null], ['cleanup.policy', SUBTRACT, 'delete']);
    expect(overrides()).toEqual({ 'cleanup.policy': 'compact' });
    expect(await alter(2, 'a', ['retention.ms', APPEND, '1'])).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(await alter(2, 'a', ['segment.bytes', SET, '5'])).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(
      await alter(2, 'a', ['min.compaction.lag.ms', SET, '9'], ['max.compaction.lag.ms', SET, '8']),
    ).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(await alter(2, 'b', ['retention.ms', SET, '1'])).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
  });

  test('of one broker and of all', async () => {
    expect(await alter(4, '', ['log.retention.ms', SET, '7'])).toMatchObject({ errorCode: ErrorCode.NONE });
    expect(await alter(4, '2', ['log.cleaner.threads', SET, '2'])).toMatchObject({
      errorCode: ErrorCode.NONE,
    });
    expect(await alter(4, '9', ['log.cleaner.threads', SET, '2'])).toMatchObject({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
    });
    const result = await create({ name: 'a' });
    expect(result?.configs?.find((config) => config.name === 'retention.ms')).toMatchObject({
      value: '7',
      configSource: 3,
    });
  });

  test('AlterConfigs replaces them all', async () => {
    await create({ name: 'a', configs: [{ name: 'retention.ms', value: '5' }] });
    const configs = [{ name: 'segment.ms', value: '60000' }];
    await harness.send(alterConfigs, { resources: [{ resourceType: 2, resourceName: 'a', configs }] });
    expect(harness.image.configs.get('2:a')?.toObject()).toEqual({ 'segment.ms': '60000' });
  });
});
