/** The public types of the admin client. */
import type { TopicPartition } from '../../protocol/topic-partition.ts';
import type { ClientOptions } from '../client-options.ts';
import type {
  IsolationLevel,
  OffsetAndMetadata,
  PartitionInfo,
  PartitionOffset,
} from '../consumer/consumer-types.ts';
import type {
  FeatureDescription,
  FeatureUpdate,
  FencedProducer,
  HangingTransaction,
  PartitionProducers,
  TransactionDescription,
  TransactionFilter,
  TransactionListing,
} from './transaction-types.ts';

export interface AdminOptions extends ClientOptions {
  /** Time limit of each call, retries included. */
  readonly defaultApiTimeoutMs?: number;
}

export interface NewTopic {
  readonly name: string;
  /** -1 or absent: the broker's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Replica lists by partition, instead of the two counts. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string>>;
}

export interface BrokerNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface ClusterDescription {
  readonly clusterId: string | null;
  /** -1 if unknown. */
  readonly controllerId: number;
  readonly nodes: readonly BrokerNode[];
}

export interface TopicListing {
  readonly name: string;
  readonly topicId: string;
  readonly internal: boolean;
  readonly partitionCount: number;
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionInfo[];
}

export type ConfigResourceType = 'topic' | 'broker' | 'broker-logger' | 'client-metrics' | 'group';

export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  /** DescribeConfigs' ConfigSource: 1 topic, 2 dynamic broker, 3 dynamic default, 4 static, 5 default, 6 logger. */
  readonly source: number;
  readonly isDefault: boolean;
  readonly documentation: string | null;
}

export interface ConfigDescription extends ConfigResource {
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigAlteration {
  readonly name: string;
  readonly op: 'set' | 'delete' | 'append' | 'subtract';
  readonly value?: string | null;
}

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  /** Empty when the broker is too old to say. */
  readonly state: string;
  readonly type: string;
}

export interface GroupMemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Decoded when the group speaks the consumer protocol, else empty. */
  readonly assignment: readonly TopicPartition[];
}

export interface GroupDescription {
  readonly groupId: string;
  /** `Stable`, `Empty`, `Dead`, `PreparingRebalance`, `CompletingRebalance`. */
  readonly state: string;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly GroupMemberDescription[];
  readonly coordinator: BrokerNode;
}

/**
 * `preferred`: the first replica leads, if it is in sync. `unclean`: where nobody leads, any replica that lives, at the price of
 * the records that it does not have.
 */
export type ElectionType = 'preferred' | 'unclean';

/** A place in a log: a timestamp in milliseconds, or one of the named ends. */
export type OffsetSpec = 'earliest' | 'latest' | 'max-timestamp' | { readonly timestamp: number };

export interface ListedOffset extends TopicPartition {
  /** -1 when there is no such record. */
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/**
 * Administration. A call that covers several things either does all of them or rejects with an `OperationalError`
 * whose code is Kafka's error name (`TOPIC_ALREADY_EXISTS`) and whose message names each thing that failed.
 */
export interface KafkaAdmin {
  createTopics(topics: readonly NewTopic[], options?: { readonly validateOnly?: boolean }): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /**
   * As {@link KafkaAdmin.deleteTopics}, of exactly these topics: one that has been made anew under the name of another stays (KIP-516).
   * Rejects with `UNKNOWN_TOPIC_ID` for one that there is not, and with `UNSUPPORTED_VERSION` where the cluster is older than 2.8.
   */
  deleteTopicsWithIds(topicIds: readonly string[]): Promise<void>;
  /** Raises partition counts. */
  createPartitions(topics: readonly { readonly name: string; readonly count: number }[]): Promise<void>;
  /** With `existingOnly`, topics that do not exist, or that this client may not see, are left out instead of refused. */
  describeTopics(
    names: readonly string[],
    options?: { readonly existingOnly?: boolean },
  ): Promise<readonly TopicDescription[]>;
  listTopics(options?: { readonly includeInternal?: boolean }): Promise<readonly TopicListing[]>;
  describeCluster(): Promise<ClusterDescription>;
  /** Settings with their source; what they mean is told only when it is asked for. */
  describeConfigs(
    resources: readonly ConfigResource[],
    options?: { readonly includeDocumentation?: boolean },
  ): Promise<readonly ConfigDescription[]>;
  incrementalAlterConfigs(
    changes: readonly (ConfigResource & { readonly alterations: readonly ConfigAlteration[] })[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void>;
  listGroups(options?: { readonly states?: readonly string[] }): Promise<readonly GroupListing[]>;
  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]>;
  /** Lets static members leave (KIP-345), so that their group can be deleted; no error for those that are not in it. */
  removeStaticMembers(groupId: string, groupInstanceIds: readonly string[]): Promise<void>;
  /** Lets members leave that are known to be dead; no error for those that are not in the group. */
  removeMembers(groupId: string, memberIds: readonly string[]): Promise<void>;
  deleteGroups(groupIds: readonly string[]): Promise<void>;
  listOffsets(
    specs: readonly (TopicPartition & { readonly spec: OffsetSpec })[],
    options?: { readonly isolationLevel?: IsolationLevel },
  ): Promise<readonly ListedOffset[]>;
  /** Deletes what is before the offset (-1: up to the high watermark); answers the new log start offsets. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]>;
  /**
   * Holds elections of leaders (KIP-460), of all partitions where none are named; answers those that have got another leader.
   * That a partition needs no election is no error. Codes: `PREFERRED_LEADER_NOT_AVAILABLE`,
   * `ELIGIBLE_LEADERS_NOT_AVAILABLE`.
   */
  electLeaders(
    electionType: ElectionType,
    partitions?: readonly TopicPartition[],
  ): Promise<readonly TopicPartition[]>;
  /** All committed offsets of a group. */
  listConsumerGroupOffsets(groupId: string): Promise<readonly OffsetAndMetadata[]>;
  /** Sets committed offsets of a group that has no active members. */
  alterConsumerGroupOffsets(groupId: string, offsets: readonly OffsetAndMetadata[]): Promise<void>;
  /** The transactional ids that the cluster knows, and the state of the last transaction of each. */
  listTransactions(filter?: TransactionFilter): Promise<readonly TransactionListing[]>;
  /** Code: `TRANSACTIONAL_ID_NOT_FOUND`. */
  describeTransactions(transactionalIds: readonly string[]): Promise<readonly TransactionDescription[]>;
  /** The producers that partitions remember: one with a `transactionStartOffset` holds read_committed consumers up. */
  describeProducers(partitions: readonly TopicPartition[]): Promise<readonly PartitionProducers[]>;
  /**
   * Ends a transaction on one partition that hangs there: open, and not known to its coordinator. One that is known is ended by
   * {@link fenceProducers}, or by its time. Codes: `INVALID_PRODUCER_EPOCH`, `TRANSACTION_COORDINATOR_FENCED`.
   */
  abortTransaction(transaction: HangingTransaction): Promise<void>;
  /** Fences the producers of these transactional ids, and aborts what they have open. */
  fenceProducers(transactionalIds: readonly string[]): Promise<readonly FencedProducer[]>;
  describeFeatures(): Promise<FeatureDescription>;
  /** Changes levels that the cluster works by. Codes: `FEATURE_UPDATE_FAILED`, `INVALID_UPDATE_VERSION`. */
  updateFeatures(
    updates: readonly FeatureUpdate[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void>;
  close(): Promise<void>;
}
