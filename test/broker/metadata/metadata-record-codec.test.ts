import { expect, test } from 'vitest';
import { encodeStruct } from '../../../src/protocol/codec.ts';
import { clusterMetadataRecords } from '../../../src/protocol/records-schemas/cluster-metadata.ts';
import { type MetadataRecord, NO_CHANGE } from '../../../broker/metadata/metadata-record.ts';
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
} from '../../../broker/metadata/metadata-record-codec.ts';

const TOPIC_ID = 'LIZFn914T-G-TjKAr5wAeA';
const UUID = 'AAAAAAAAAAAAAAAAAAAAAQ';

const records: readonly MetadataRecord[] = [
  {
    type: 'RegisterBrokerRecord',
    data: {
      brokerId: 3,
      incarnationId: UUID,
      brokerEpoch: 2 ** 40,
      endPoints: [{ name: 'PLAINTEXT', host: 'h', port: 65_535, securityProtocol: 0 }],
      features: [{ name: 'metadata.version', minSupportedVersion: 1, maxSupportedVersion: 25 }],
      rack: null,
      fenced: true,
      inControlledShutdown: false,
      logDirs: [UUID],
    },
  },
  { type: 'UnregisterBrokerRecord', data: { brokerId: 3, brokerEpoch: 9 } },
  {
    type: 'BrokerRegistrationChangeRecord',
    data: { brokerId: 3, brokerEpoch: 9, fenced: -1, inControlledShutdown: 1, logDirs: [UUID] },
  },
  { type: 'FenceBrokerRecord', data: { id: 3, epoch: 9 } },
  { type: 'UnfenceBrokerRecord', data: { id: 3, epoch: 9 } },
  { type: 'TopicRecord', data: { name: 'a', topicId: TOPIC_ID } },
  { type: 'RemoveTopicRecord', data: { topicId: TOPIC_ID } },
  {
    type: 'PartitionRecord',
    data: {
      partitionId: 5,
      topicId: TOPIC_ID,
      replicas: [1, 2],
      isr: [1],
      removingReplicas: [],
      addingReplicas: [],
      leader: 1,
      leaderRecoveryState: 1,
      leaderEpoch: 4,
      partitionEpoch: 6,
      directories: [UUID, UUID],
      eligibleLeaderReplicas: [2],
      lastKnownElr: null,
    },
  },
  {
    type: 'PartitionChangeRecord',
    data: {
      ...NO_CHANGE,
      partitionId: 5,
      topicId: TOPIC_ID,
      isr: [],
      leader: -1,
      eligibleLeaderReplicas: [1, 2],
      lastKnownElr: [1],
    },
  },
  { type: 'ConfigRecord', data: { resourceType: 2, resourceName: 'a', name: 'retention.ms', value: null } },
  { type: 'FeatureLevelRecord', data: { name: 'metadata.version', featureLevel: 25 } },
  { type: 'ProducerIdsRecord', data: { brokerId: 1, brokerEpoch: 2, nextProducerId: 3000 } },
  { type: 'ClearElrRecord', data: { topicName: '' } },
  { type: 'NoOpRecord', data: {} },
];

test.each(records.map((record) => [record.type, record] as const))(
  '%s comes back as it went',
  (_type, record) => {
    const decoded = decodeMetadataRecord(encodeMetadataRecord(record));
    expect(decoded.type).toBe(record.type);
    // Decoded records also have the fields of Kafka that we never set.
    expect(decoded.data).toMatchObject(record.data);
  },
);

test('the frame is that of Kafka: frame version, type and version before the message', () => {
  const bytes = encodeMetadataRecord({ type: 'TopicRecord', data: { name: 'ab', topicId: UUID } });
  expect(bytes.toString('hex')).toBe(`010200${'036162'}${'00'.repeat(15)}0100`);
});

test('a record of a kind that we do not know is refused by name, not skipped', () => {
  const body = encodeStruct(clusterMetadataRecords[21], 0, { zkMigrationState: 1 });
  const foreign = Buffer.concat([Buffer.from([1, 21, 0]), body]);
  expect(() => decodeMetadataRecord(foreign)).toThrow(/record of type 21/);
  expect(() => decodeMetadataRecord(Buffer.from([1, 2, 0, 3]))).toThrow();
});
