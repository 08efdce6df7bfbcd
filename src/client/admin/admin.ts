import { metadata } from '../../protocol/messages/03-metadata.ts';
import { Cluster } from '../cluster/cluster.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
import {
  EARLIEST_TIMESTAMP,
  LATEST_TIMESTAMP,
  lookupOffsets,
  MAX_TIMESTAMP,
} from '../cluster/offset-lookup.ts';
import { type AdminSettings, adminSettings } from '../config/settings.ts';
import type {
  AdminOptions,
  ClusterDescription,
  ConfigAlteration,
  ConfigDescription,
  ConfigResource,
  ElectionType,
  FeatureDescription,
  FeatureUpdate,
  FencedProducer,
  GroupDescription,
  GroupListing,
  HangingTransaction,
  IsolationLevel,
  KafkaAdmin,
  ListedOffset,
  NewTopic,
  OffsetAndMetadata,
  OffsetSpec,
  PartitionOffset,
  PartitionProducers,
  TopicDescription,
  TopicListing,
  TopicPartition,
  TransactionDescription,
  TransactionFilter,
  TransactionListing,
} from '../types.ts';
import {
  checkAlterations,
  checkElectedPartitions,
  checkElectionType,
  checkFeatureUpdates,
  checkHangingTransaction,
  checkIsolation,
  checkListGroups,
  checkDescribeTopics,
  checkListTopics,
  checkName,
  checkNames,
  checkNewTopics,
  checkOffsetSpecs,
  checkOffsets,
  checkOffsetsBefore,
  checkPartitionCounts,
  checkPartitions,
  checkResources,
  checkTransactionFilter,
  checkValidateOnly,
  checkDescribeConfigs,
} from '../check-arguments.ts';
import { describeConfigsOn, incrementalAlterConfigsOn } from './config-admin.ts';
import {
  alterConsumerGroupOffsetsOn,
  deleteGroupOn,
  describeGroupOn,
  listConsumerGroupOffsetsOn,
  listGroupsOn,
  removeMembersOn,
} from './group-admin.ts';
import { describeFeaturesOn, updateFeaturesOn } from './feature-admin.ts';
import { electLeadersOn } from './leader-election.ts';
import { describeProducersOn } from './producer-admin.ts';
import {
  createPartitionsOn,
  createTopicsOn,
  deleteRecordsOn,
  deleteTopicsOn,
  describeTopicsOn,
  listTopicsOn,
} from './topic-admin.ts';
import {
  abortTransactionOn,
  describeTransactionOn,
  fenceProducerOn,
  listTransactionsOn,
} from './transaction-admin.ts';

/** For how long the metadata of a topic that was asked about is kept up to date. */
const TOPIC_IDLE_MS_MAX = 300_000;

/**
 * Administers a Kafka cluster.
 *
 * ```ts
 * const admin = new Admin({ bootstrapServers: 'localhost:9092' });
 * await admin.createTopics([{ name: 'orders', partitions: 6, configs: { 'cleanup.policy': 'compact' } }]);
 * const [orders] = await admin.describeTopics(['orders']);
 * await admin.close();
 * ```
 */
export class Admin implements KafkaAdmin {
  readonly #settings: AdminSettings;
  readonly #cluster: Cluster;

  /** @param shared.connections what it shares with other clients of this process. */
  constructor(
    options: AdminOptions,
    { connections }: { readonly connections?: SharedConnections | undefined } = {},
  ) {
    this.#settings = adminSettings(options);
    this.#cluster = new Cluster({
      settings: this.#settings,
      allowAutoTopicCreation: false,
      connections,
      purpose: 'admin',
    });
    this.#cluster.untrackIdle({ idleMsMax: TOPIC_IDLE_MS_MAX, beforeRefresh: () => undefined });
  }

  async createTopics(
    topics: readonly NewTopic[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void> {
    checkNewTopics(topics, 'topics');
    checkValidateOnly(options, 'options');
    return createTopicsOn(this.#cluster, topics, {
      validateOnly: options?.validateOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    checkNames(names, 'names');
    return deleteTopicsOn(
      this.#cluster,
      names.map((name) => ({ name })),
      this.#timeoutMs,
    );
  }

  async deleteTopicsWithIds(topicIds: readonly string[]): Promise<void> {
    checkNames(topicIds, 'topicIds');
    return deleteTopicsOn(
      this.#cluster,
      topicIds.map((topicId) => ({ name: null, topicId })),
      this.#timeoutMs,
    );
  }

  async createPartitions(
    topics: readonly { readonly name: string; readonly count: number }[],
  ): Promise<void> {
    checkPartitionCounts(topics, 'topics');
    return createPartitionsOn(this.#cluster, topics, this.#timeoutMs);
  }

  async describeTopics(
    names: readonly string[],
    options?: { readonly existingOnly?: boolean },
  ): Promise<readonly TopicDescription[]> {
    checkNames(names, 'names');
    checkDescribeTopics(options, 'options');
    return describeTopicsOn(this.#cluster, names, {
      existingOnly: options?.existingOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  async listTopics(options?: { readonly includeInternal?: boolean }): Promise<readonly TopicListing[]> {
    checkListTopics(options, 'options');
    return listTopicsOn(this.#cluster, {
      includeInternal: options?.includeInternal ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  describeCluster(): Promise<ClusterDescription> {
    return this.#cluster.retry('describing the cluster', this.#timeoutMs, async () => {
      const response = await this.#cluster.sendToAny({
        api: metadata,
        body: { topics: [], allowAutoTopicCreation: false },
      });
      return {
        clusterId: response.clusterId,
        controllerId: response.controllerId,
        nodes: response.brokers
          .map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack }))
          .toSorted((a, b) => a.id - b.id),
      };
    });
  }

  async describeConfigs(
    resources: readonly ConfigResource[],
    options: { readonly includeDocumentation?: boolean } = {},
  ): Promise<readonly ConfigDescription[]> {
    checkResources(resources, 'resources');
    checkDescribeConfigs(options, 'options');
    return describeConfigsOn(this.#cluster, resources, {
      timeoutMs: this.#timeoutMs,
      includeDocumentation: options.includeDocumentation === true,
    });
  }

  async incrementalAlterConfigs(
    changes: readonly (ConfigResource & { readonly alterations: readonly ConfigAlteration[] })[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void> {
    checkAlterations(changes, 'changes');
    checkValidateOnly(options, 'options');
    return incrementalAlterConfigsOn(this.#cluster, changes, {
      validateOnly: options?.validateOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  async listGroups(options?: { readonly states?: readonly string[] }): Promise<readonly GroupListing[]> {
    checkListGroups(options, 'options');
    return listGroupsOn(this.#cluster, options?.states ?? [], this.#timeoutMs);
  }

  async describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]> {
    checkNames(groupIds, 'groupIds');
    return Promise.all(groupIds.map((groupId) => describeGroupOn(this.#cluster, groupId, this.#timeoutMs)));
  }

  async removeStaticMembers(groupId: string, groupInstanceIds: readonly string[]): Promise<void> {
    checkName(groupId, 'groupId');
    checkNames(groupInstanceIds, 'groupInstanceIds');
    const members = groupInstanceIds.map((id) => ({ memberId: '', groupInstanceId: id }) as const);
    return removeMembersOn(this.#cluster, groupId, members, this.#timeoutMs);
  }

  async removeMembers(groupId: string, memberIds: readonly string[]): Promise<void> {
    checkName(groupId, 'groupId');
    checkNames(memberIds, 'memberIds');
    const members = memberIds.map((memberId) => ({ memberId, groupInstanceId: null }));
    return removeMembersOn(this.#cluster, groupId, members, this.#timeoutMs);
  }

  async deleteGroups(groupIds: readonly string[]): Promise<void> {
    checkNames(groupIds, 'groupIds');
    await Promise.all(groupIds.map((groupId) => deleteGroupOn(this.#cluster, groupId, this.#timeoutMs)));
  }

  async listOffsets(
    specs: readonly (TopicPartition & { readonly spec: OffsetSpec })[],
    options?: { readonly isolationLevel?: IsolationLevel },
  ): Promise<readonly ListedOffset[]> {
    checkOffsetSpecs(specs, 'specs');
    checkIsolation(options, 'options');
    const queries = specs.map(({ topic, partition, spec }) => ({
      topic,
      partition,
      timestamp: timestampOf(spec),
    }));
    return lookupOffsets(this.#cluster, queries, {
      isolationLevel: options?.isolationLevel ?? 'read_uncommitted',
      timeoutMs: this.#timeoutMs,
      missingFails: true,
    });
  }

  async deleteRecords(before: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]> {
    checkOffsetsBefore(before, 'before');
    return deleteRecordsOn(this.#cluster, before, this.#timeoutMs);
  }

  async electLeaders(
    electionType: ElectionType,
    partitions?: readonly TopicPartition[],
  ): Promise<readonly TopicPartition[]> {
    checkElectionType(electionType, 'electionType');
    checkElectedPartitions(partitions, 'partitions');
    return electLeadersOn(this.#cluster, electionType, { partitions, timeoutMs: this.#timeoutMs });
  }

  async listConsumerGroupOffsets(groupId: string): Promise<readonly OffsetAndMetadata[]> {
    checkName(groupId, 'groupId');
    return listConsumerGroupOffsetsOn(this.#cluster, groupId, this.#timeoutMs);
  }

  async alterConsumerGroupOffsets(groupId: string, offsets: readonly OffsetAndMetadata[]): Promise<void> {
    checkName(groupId, 'groupId');
    checkOffsets(offsets, 'offsets');
    return alterConsumerGroupOffsetsOn(this.#cluster, groupId, offsets, this.#timeoutMs);
  }

  async listTransactions(filter?: TransactionFilter): Promise<readonly TransactionListing[]> {
    checkTransactionFilter(filter, 'filter');
    return listTransactionsOn(this.#cluster, filter ?? {}, this.#timeoutMs);
  }

  async describeTransactions(
    transactionalIds: readonly string[],
  ): Promise<readonly TransactionDescription[]> {
    checkNames(transactionalIds, 'transactionalIds');
    return Promise.all(
      transactionalIds.map((id) => describeTransactionOn(this.#cluster, id, this.#timeoutMs)),
    );
  }

  async describeProducers(partitions: readonly TopicPartition[]): Promise<readonly PartitionProducers[]> {
    checkPartitions(partitions, 'partitions');
    return describeProducersOn(this.#cluster, partitions, this.#timeoutMs);
  }

  async abortTransaction(transaction: HangingTransaction): Promise<void> {
    checkHangingTransaction(transaction, 'transaction');
    return abortTransactionOn(this.#cluster, transaction, this.#timeoutMs);
  }

  async fenceProducers(transactionalIds: readonly string[]): Promise<readonly FencedProducer[]> {
    checkNames(transactionalIds, 'transactionalIds');
    return Promise.all(transactionalIds.map((id) => fenceProducerOn(this.#cluster, id, this.#timeoutMs)));
  }

  async describeFeatures(): Promise<FeatureDescription> {
    return describeFeaturesOn(this.#cluster, this.#timeoutMs);
  }

  async updateFeatures(
    updates: readonly FeatureUpdate[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void> {
    checkFeatureUpdates(updates, 'updates');
    checkValidateOnly(options, 'options');
    return updateFeaturesOn(this.#cluster, updates, {
      validateOnly: options?.validateOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }

  get #timeoutMs(): number {
    return this.#settings.defaultApiTimeoutMs;
  }
}

function timestampOf(spec: OffsetSpec): number {
  switch (spec) {
    case 'earliest':
      return EARLIEST_TIMESTAMP;
    case 'latest':
      return LATEST_TIMESTAMP;
    case 'max-timestamp':
      return MAX_TIMESTAMP;
    default:
      return spec.timestamp;
  }
}
