import { metadata } from '../../protocol/messages/03-metadata.ts';
import { Cluster } from '../cluster/cluster.ts';
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
  GroupDescription,
  GroupListing,
  IsolationLevel,
  KafkaAdmin,
  ListedOffset,
  NewTopic,
  OffsetAndMetadata,
  OffsetSpec,
  PartitionOffset,
  TopicDescription,
  TopicListing,
  TopicPartition,
} from '../types.ts';
import { describeConfigsOn, incrementalAlterConfigsOn } from './config-admin.ts';
import {
  alterConsumerGroupOffsetsOn,
  deleteGroupOn,
  describeGroupOn,
  listConsumerGroupOffsetsOn,
  listGroupsOn,
  removeStaticMembersOn,
} from './group-admin.ts';
import {
  createPartitionsOn,
  createTopicsOn,
  deleteRecordsOn,
  deleteTopicsOn,
  describeTopicsOn,
  listTopicsOn,
} from './topic-admin.ts';

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

  constructor(options: AdminOptions) {
    this.#settings = adminSettings(options);
    this.#cluster = new Cluster({ settings: this.#settings, allowAutoTopicCreation: false });
  }

  createTopics(topics: readonly NewTopic[], options?: { readonly validateOnly?: boolean }): Promise<void> {
    return createTopicsOn(this.#cluster, topics, {
      validateOnly: options?.validateOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return deleteTopicsOn(this.#cluster, names, this.#timeoutMs);
  }

  createPartitions(topics: readonly { readonly name: string; readonly count: number }[]): Promise<void> {
    return createPartitionsOn(this.#cluster, topics, this.#timeoutMs);
  }

  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    return describeTopicsOn(this.#cluster, names, this.#timeoutMs);
  }

  listTopics(options?: { readonly includeInternal?: boolean }): Promise<readonly TopicListing[]> {
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

  describeConfigs(resources: readonly ConfigResource[]): Promise<readonly ConfigDescription[]> {
    return describeConfigsOn(this.#cluster, resources, this.#timeoutMs);
  }

  incrementalAlterConfigs(
    changes: readonly (ConfigResource & { readonly alterations: readonly ConfigAlteration[] })[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void> {
    return incrementalAlterConfigsOn(this.#cluster, changes, {
      validateOnly: options?.validateOnly ?? false,
      timeoutMs: this.#timeoutMs,
    });
  }

  listGroups(options?: { readonly states?: readonly string[] }): Promise<readonly GroupListing[]> {
    return listGroupsOn(this.#cluster, options?.states ?? [], this.#timeoutMs);
  }

  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]> {
    return Promise.all(groupIds.map((groupId) => describeGroupOn(this.#cluster, groupId, this.#timeoutMs)));
  }

  removeStaticMembers(groupId: string, groupInstanceIds: readonly string[]): Promise<void> {
    return removeStaticMembersOn(this.#cluster, groupId, groupInstanceIds, this.#timeoutMs);
  }

  async deleteGroups(groupIds: readonly string[]): Promise<void> {
    await Promise.all(groupIds.map((groupId) => deleteGroupOn(this.#cluster, groupId, this.#timeoutMs)));
  }

  listOffsets(
    specs: readonly (TopicPartition & { readonly spec: OffsetSpec })[],
    options?: { readonly isolationLevel?: IsolationLevel },
  ): Promise<readonly ListedOffset[]> {
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

  deleteRecords(before: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]> {
    return deleteRecordsOn(this.#cluster, before, this.#timeoutMs);
  }

  listConsumerGroupOffsets(groupId: string): Promise<readonly OffsetAndMetadata[]> {
    return listConsumerGroupOffsetsOn(this.#cluster, groupId, this.#timeoutMs);
  }

  alterConsumerGroupOffsets(groupId: string, offsets: readonly OffsetAndMetadata[]): Promise<void> {
    return alterConsumerGroupOffsetsOn(this.#cluster, groupId, offsets, this.#timeoutMs);
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
