/**
 * The records of `__cluster_metadata` that Millrace writes and replays, under Kafka's names. They are facts: replaying
 * one can not fail. Fields are Kafka's; encoding is in `metadata-record-codec.ts`.
 */
export type MetadataRecord =
  | { readonly type: 'RegisterBrokerRecord'; readonly data: RegisterBrokerRecord }
  | { readonly type: 'UnregisterBrokerRecord'; readonly data: BrokerEpochRecord }
  | { readonly type: 'BrokerRegistrationChangeRecord'; readonly data: BrokerRegistrationChangeRecord }
  | { readonly type: 'FenceBrokerRecord'; readonly data: IdEpochRecord }
  | { readonly type: 'UnfenceBrokerRecord'; readonly data: IdEpochRecord }
  | { readonly type: 'TopicRecord'; readonly data: TopicRecord }
  | { readonly type: 'RemoveTopicRecord'; readonly data: RemoveTopicRecord }
  | { readonly type: 'PartitionRecord'; readonly data: PartitionRecord }
  | { readonly type: 'PartitionChangeRecord'; readonly data: PartitionChangeRecord }
  | { readonly type: 'ConfigRecord'; readonly data: ConfigRecord }
  | { readonly type: 'FeatureLevelRecord'; readonly data: FeatureLevelRecord }
  | { readonly type: 'ProducerIdsRecord'; readonly data: ProducerIdsRecord }
  | { readonly type: 'ClearElrRecord'; readonly data: ClearElrRecord }
  | { readonly type: 'NoOpRecord'; readonly data: NoOpRecord };

export interface RegisterBrokerRecord {
  readonly brokerId: number;
  readonly incarnationId: string;
  readonly brokerEpoch: number;
  readonly endPoints: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly securityProtocol: number;
  }[];
  readonly features: readonly {
    readonly name: string;
    readonly minSupportedVersion: number;
    readonly maxSupportedVersion: number;
  }[];
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly logDirs: readonly string[];
}

export interface BrokerEpochRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

export interface BrokerRegistrationChangeRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  /** -1 unfenced, 0 no change, 1 fenced. */
  readonly fenced: number;
  /** 0 no change, 1 in controlled shutdown. */
  readonly inControlledShutdown: number;
  /** Empty means no change. */
  readonly logDirs: readonly string[];
}

export interface IdEpochRecord {
  readonly id: number;
  readonly epoch: number;
}

export interface TopicRecord {
  readonly name: string;
  readonly topicId: string;
}

export interface RemoveTopicRecord {
  readonly topicId: string;
}

export interface PartitionRecord {
  readonly partitionId: number;
  readonly topicId: string;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly leader: number;
  /** 1 while recovering from an unclean election. */
  readonly leaderRecoveryState: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly directories: readonly string[];
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

/** A null list, leader -2 and recovery state -1 mean that the field did not change. */
export interface PartitionChangeRecord {
  readonly partitionId: number;
  readonly topicId: string;
  readonly isr: readonly number[] | null;
  readonly leader: number;
  readonly replicas: readonly number[] | null;
  readonly removingReplicas: readonly number[] | null;
  readonly addingReplicas: readonly number[] | null;
  readonly leaderRecoveryState: number;
  readonly directories: readonly string[] | null;
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface ConfigRecord {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly name: string;
  /** Null removes the override. */
  readonly value: string | null;
}

export interface FeatureLevelRecord {
  readonly name: string;
  readonly featureLevel: number;
}

export interface ProducerIdsRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly nextProducerId: number;
}

export interface ClearElrRecord {
  /** Empty for all topics. */
  readonly topicName: string;
}

export type NoOpRecord = Readonly<Record<string, never>>;

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

export const NO_OP_RECORD: MetadataRecord = Object.freeze({ type: 'NoOpRecord', data: Object.freeze({}) });
