import type { MessageOf } from '../../src/protocol/message.ts';
import type { registerBrokerRecord } from '../../src/protocol/records-schemas/cluster-metadata/00-register-broker-record.ts';
import type { unregisterBrokerRecord } from '../../src/protocol/records-schemas/cluster-metadata/01-unregister-broker-record.ts';
import type { topicRecord } from '../../src/protocol/records-schemas/cluster-metadata/02-topic-record.ts';
import type { partitionRecord } from '../../src/protocol/records-schemas/cluster-metadata/03-partition-record.ts';
import type { configRecord } from '../../src/protocol/records-schemas/cluster-metadata/04-config-record.ts';
import type { partitionChangeRecord } from '../../src/protocol/records-schemas/cluster-metadata/05-partition-change-record.ts';
import type { fenceBrokerRecord } from '../../src/protocol/records-schemas/cluster-metadata/07-fence-broker-record.ts';
import type { unfenceBrokerRecord } from '../../src/protocol/records-schemas/cluster-metadata/08-unfence-broker-record.ts';
import type { removeTopicRecord } from '../../src/protocol/records-schemas/cluster-metadata/09-remove-topic-record.ts';
import type { featureLevelRecord } from '../../src/protocol/records-schemas/cluster-metadata/12-feature-level-record.ts';
import type { producerIdsRecord } from '../../src/protocol/records-schemas/cluster-metadata/15-producer-ids-record.ts';
import type { brokerRegistrationChangeRecord } from '../../src/protocol/records-schemas/cluster-metadata/17-broker-registration-change-record.ts';
import type { noOpRecord } from '../../src/protocol/records-schemas/cluster-metadata/20-no-op-record.ts';
import type { clearElrRecord } from '../../src/protocol/records-schemas/cluster-metadata/28-clear-elr-record.ts';

/** Each record's fields, without those that a node without ZooKeeper and without cordoned folders never sets. */
interface MetadataRecords {
  readonly RegisterBrokerRecord: Omit<
    MessageOf<typeof registerBrokerRecord>,
    'isMigratingZkBroker' | 'cordonedLogDirs'
  >;
  readonly UnregisterBrokerRecord: MessageOf<typeof unregisterBrokerRecord>;
  /** `fenced`: -1 unfenced, 0 no change, 1 fenced. No folders: no change. */
  readonly BrokerRegistrationChangeRecord: Omit<
    MessageOf<typeof brokerRegistrationChangeRecord>,
    'cordonedLogDirs'
  >;
  readonly FenceBrokerRecord: MessageOf<typeof fenceBrokerRecord>;
  readonly UnfenceBrokerRecord: MessageOf<typeof unfenceBrokerRecord>;
  readonly TopicRecord: MessageOf<typeof topicRecord>;
  readonly RemoveTopicRecord: MessageOf<typeof removeTopicRecord>;
  readonly PartitionRecord: MessageOf<typeof partitionRecord>;
  /** A null list, leader -2 and recovery state -1 mean that the field did not change. */
  readonly PartitionChangeRecord: MessageOf<typeof partitionChangeRecord>;
  /** A null value removes the override. */
  readonly ConfigRecord: MessageOf<typeof configRecord>;
  readonly FeatureLevelRecord: MessageOf<typeof featureLevelRecord>;
  readonly ProducerIdsRecord: MessageOf<typeof producerIdsRecord>;
  /** No name: all topics. */
  readonly ClearElrRecord: MessageOf<typeof clearElrRecord>;
  readonly NoOpRecord: MessageOf<typeof noOpRecord>;
}

/**
 * The records of `__cluster_metadata` that Millrace writes and replays, under Kafka's names. They are facts: replaying
 * one can not fail. Encoding is in `metadata-record-codec.ts`.
 */
export type MetadataRecord = {
  readonly [T in keyof MetadataRecords]: { readonly type: T; readonly data: MetadataRecords[T] };
}[keyof MetadataRecords];

export type RegisterBrokerRecord = MetadataRecords['RegisterBrokerRecord'];
export type BrokerRegistrationChangeRecord = MetadataRecords['BrokerRegistrationChangeRecord'];
export type PartitionRecord = MetadataRecords['PartitionRecord'];
export type PartitionChangeRecord = MetadataRecords['PartitionChangeRecord'];
export type ConfigRecord = MetadataRecords['ConfigRecord'];
export type ClearElrRecord = MetadataRecords['ClearElrRecord'];
/** The fields of a partition that a change may set. */
export type PartitionChange = Omit<PartitionChangeRecord, 'partitionId' | 'topicId'>;

/** The change that changes nothing. */
export const NO_CHANGE: PartitionChange = Object.freeze({
  isr: null,
  leader: -2,
  replicas: null,
  removingReplicas: null,
  addingReplicas: null,
  leaderRecoveryState: -1,
  directories: null,
  eligibleLeaderReplicas: null,
  lastKnownElr: null,
});
