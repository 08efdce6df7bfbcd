import { expect, test } from 'vitest';
import { MetadataDelta } from '../../../broker/metadata/metadata-delta.ts';
import {
  ConfigResourceType,
  configsOf,
  EMPTY_IMAGE,
  type MetadataImage,
  partitionOf,
} from '../../../broker/metadata/metadata-image.ts';
import { type MetadataRecord, NO_CHANGE } from '../../../broker/metadata/metadata-record.ts';

let offset = 0;

function replay(
  image: MetadataImage,
  ...records: MetadataRecord[]
): { delta: MetadataDelta; image: MetadataImage } {
  const delta = new MetadataDelta(image);
  for (const record of records) delta.replay(record);
  offset += records.length;
  return { delta, image: delta.build({ offset, epoch: 1 }) };
}

const topic = (name: string, topicId: string): MetadataRecord => ({
  type: 'TopicRecord',
  data: { name, topicId },
});

const partition = (topicId: string, partitionId: number, replicas: readonly number[]): MetadataRecord => ({
  type: 'PartitionRecord',
  data: {
    partitionId,
    topicId,
    replicas,
    isr: replicas,
    removingReplicas: [],
    addingReplicas: [],
    leader: replicas[0] ?? -1,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  },
});

const change = (topicId: string, partitionId: number, fields: Partial<typeof NO_CHANGE>): MetadataRecord => ({
  type: 'PartitionChangeRecord',
  data: { ...NO_CHANGE, ...fields, topicId, partitionId },
});

const config = (resourceName: string, name: string, value: string | null): MetadataRecord => ({
  type: 'ConfigRecord',
  data: { resourceType: ConfigResourceType.TOPIC, resourceName, name, value },
});

test('topics are found by name and by id, partitions by index', () => {
  const { image } = replay(
    EMPTY_IMAGE,
    topic('a', 'A'),
    partition('A', 0, [1, 2]),
    partition('A', 1, [2, 1]),
  );
  expect(partitionOf(image, 'a', 1)).toBe(image.topicsById.get('A')?.partitions.get(1));
  expect(partitionOf(image, 'a', 1)).toMatchObject({ leader: 2, isr: [2, 1] });
  expect(partitionOf(image, 'a', 2)).toBeUndefined();
  expect(partitionOf(image, 'a', -1)).toBeUndefined();
  expect(partitionOf(image, 'b', 0)).toBeUndefined();
  expect(image).toMatchObject({ offset, epoch: 1 });
});

test('a change touches what it changes, and shares the rest', () => {
  const before = replay(
    EMPTY_IMAGE,
    topic('a', 'A'),
    partition('A', 0, [1, 2]),
    partition('A', 1, [1, 2]),
    topic('b', 'B'),
    partition('B', 0, [1]),
    config('b', 'retention.ms', '1'),
  ).image;
  const { delta, image } = replay(before, change('A', 1, { leader: 2, isr: [2] }));
  expect(partitionOf(image, 'a', 1)).toMatchObject({
    leader: 2,
    isr: [2],
    leaderEpoch: 1,
    partitionEpoch: 1,
  });
  expect(partitionOf(before, 'a', 1)).toMatchObject({
    leader: 1,
    isr: [1, 2],
    leaderEpoch: 0,
    partitionEpoch: 0,
  });
  expect(partitionOf(image, 'a', 0)).toBe(partitionOf(before, 'a', 0));
  expect(image.topicsByName.get('b')).toBe(before.topicsByName.get('b'));
  expect(image.configs).toBe(before.configs);
  expect(image.brokers).toBe(before.brokers);
  expect([...delta.topics.keys()]).toEqual(['A']);
  expect([...(delta.topics.get('A')?.partitions.keys() ?? [])]).toEqual([1]);
  expect(delta.topics.get('A')?.before).toBe(before.topicsByName.get('a'));
});

test('a change of the ISR alone leaves the leader epoch; naming the leader again raises it', () => {
  const before = replay(EMPTY_IMAGE, topic('a', 'A'), partition('A', 0, [1, 2])).image;
  const shrunk = replay(before, change('A', 0, { isr: [1] })).image;
  expect(partitionOf(shrunk, 'a', 0)).toMatchObject({ leaderEpoch: 0, partitionEpoch: 1 });
  const same = replay(shrunk, change('A', 0, { leader: 1 })).image;
  expect(partitionOf(same, 'a', 0)).toMatchObject({ leader: 1, leaderEpoch: 1, partitionEpoch: 2 });
});

test('a topic goes with its configs, and may come again in the same delta', () => {
  const before = replay(
    EMPTY_IMAGE,
    topic('a', 'A'),
    partition('A', 0, [1]),
    config('a', 'retention.ms', '1'),
  ).image;
  const { delta, image } = replay(
    before,
    { type: 'RemoveTopicRecord', data: { topicId: 'A' } },
    topic('a', 'A2'),
    config('a', 'segment.ms', '2'),
    partition('A2', 0, [3]),
  );
  expect([...delta.deletedTopics.keys()]).toEqual(['A']);
  expect(image.topicsByName.get('a')?.id).toBe('A2');
  expect(image.topicsById.has('A')).toBe(false);
  expect(configsOf(image, ConfigResourceType.TOPIC, 'a').toObject()).toEqual({ 'segment.ms': '2' });
  expect(delta.configs.get('2:a')?.changes).toEqual(
    new Map([
      ['retention.ms', null],
      ['segment.ms', '2'],
    ]),
  );
});

test('a topic made and removed in one delta leaves no trace', () => {
  const { delta, image } = replay(
    EMPTY_IMAGE,
    topic('a', 'A'),
    partition('A', 0, [1]),
    config('a', 'retention.ms', '1'),
    { type: 'RemoveTopicRecord', data: { topicId: 'A' } },
  );
  expect(delta.topics.size + delta.deletedTopics.size).toBe(0);
  expect(image.topicsByName.size + image.topicsById.size + image.configs.size).toBe(0);
});

test('ClearElr forgets eligible replicas of one topic or of all', () => {
  const elr = { isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] };
  const both = [topic('a', 'A'), partition('A', 0, [1]), topic('b', 'B'), partition('B', 0, [1])];
  const before = replay(EMPTY_IMAGE, ...both, change('A', 0, elr), change('B', 0, elr)).image;
  const one = replay(before, { type: 'ClearElrRecord', data: { topicName: 'a' } }).image;
  expect([partitionOf(one, 'a', 0)?.elr, partitionOf(one, 'b', 0)?.elr]).toEqual([[], [1]]);
  const all = replay(before, { type: 'ClearElrRecord', data: { topicName: '' } }).image;
  expect([partitionOf(all, 'a', 0)?.elr, partitionOf(all, 'b', 0)?.elr]).toEqual([[], []]);
});

test('brokers come, change and go; features and producer ids are kept', () => {
  const register: MetadataRecord = {
    type: 'RegisterBrokerRecord',
    data: {
      brokerId: 1,
      incarnationId: 'I',
      brokerEpoch: 7,
      endPoints: [{ name: 'PLAINTEXT', host: 'h', port: 1, securityProtocol: 0 }],
      features: [{ name: 'metadata.version', minSupportedVersion: 1, maxSupportedVersion: 25 }],
      rack: 'r',
      fenced: true,
      inControlledShutdown: false,
      logDirs: ['D'],
    },
  };
  const first = replay(EMPTY_IMAGE, register, {
    type: 'UnfenceBrokerRecord',
    data: { id: 1, epoch: 7 },
  }).image;
  expect(first.brokers.get(1)).toMatchObject({ epoch: 7, fenced: false, rack: 'r', directories: ['D'] });
  const changed = { brokerId: 1, brokerEpoch: 7, fenced: 1, inControlledShutdown: 1, logDirs: [] };
  const { delta, image } = replay(
    first,
    { type: 'BrokerRegistrationChangeRecord', data: changed },
    { type: 'ProducerIdsRecord', data: { brokerId: 1, brokerEpoch: 7, nextProducerId: 1000 } },
    { type: 'FeatureLevelRecord', data: { name: 'metadata.version', featureLevel: 25 } },
    { type: 'NoOpRecord', data: {} },
  );
  expect(image.brokers.get(1)).toMatchObject({
    fenced: true,
    inControlledShutdown: true,
    directories: ['D'],
  });
  expect(image).toMatchObject({ nextProducerId: 1000 });
  expect(image.features.get('metadata.version')).toBe(25);
  expect([...delta.brokers.keys()]).toEqual([1]);
  const gone = replay(image, { type: 'UnregisterBrokerRecord', data: { brokerId: 1, brokerEpoch: 7 } });
  expect(gone.image.brokers.has(1)).toBe(false);
  expect(gone.delta.brokers.get(1)).toBeNull();
});

test('a delta that adopts an image rebuilds it', () => {
  const { image } = replay(
    EMPTY_IMAGE,
    topic('a', 'A'),
    partition('A', 0, [1, 2]),
    partition('A', 1, [2, 1]),
    config('a', 'retention.ms', '1'),
    { type: 'FeatureLevelRecord', data: { name: 'metadata.version', featureLevel: 25 } },
  );
  const delta = new MetadataDelta(EMPTY_IMAGE);
  delta.adopt(image);
  const built = delta.build(image);
  expect(built.topicsByName.toJS()).toEqual(image.topicsByName.toJS());
  expect(built.configs.equals(image.configs)).toBe(true);
  expect(built.features.equals(image.features)).toBe(true);
});
