import type { Address } from '../../base/environment.ts';
import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import type { metadata } from '../../protocol/messages/03-metadata.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { BrokerNode } from '../types.ts';

interface PartitionMetadata {
  readonly partition: number;
  /** -1 while there is none. */
  readonly leader: number;
  /** -1 if the broker does not say. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  /** ZERO_UUID if the broker does not say. */
  readonly topicId: string;
  readonly internal: boolean;
  /** NONE, or why there are no partitions. */
  readonly errorCode: number;
  /** By partition number, without holes. */
  readonly partitions: readonly PartitionMetadata[];
}

type MetadataResponse = ResponseOf<typeof metadata>;

/** What is known of the cluster: nodes, and topics with their leaders. One refresh replaces what it tells of. */
export class MetadataCache {
  readonly #nodes = new Map<number, BrokerNode>();
  #topics = new Map<string, TopicMetadata>();
  #namesById = new Map<string, string>();
  #clusterId: string | null = null;
  #controllerId = -1;

  get clusterId(): string | null {
    return this.#clusterId;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  get nodes(): readonly BrokerNode[] {
    return Array.from(this.#nodes.values());
  }

  node(id: number): BrokerNode | undefined {
    return this.#nodes.get(id);
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topics(): Iterable<TopicMetadata> {
    return this.#topics.values();
  }

  nameOf(topicId: string): string | undefined {
    return this.#namesById.get(topicId);
  }

  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** The leader's node id, -1 if unknown. */
  leaderOf(topic: string, partition: number): number {
    return this.#topics.get(topic)?.partitions[partition]?.leader ?? -1;
  }

  /** Takes over a response. `all`: it tells of every topic, so that one it does not mention is gone. */
  update(response: MetadataResponse, options: { readonly all: boolean }): void {
    this.#clusterId = response.clusterId ?? this.#clusterId;
    this.#controllerId = response.controllerId;
    if (response.brokers.length > 0) this.#nodes.clear();
    for (const { nodeId, host, port, rack } of response.brokers) {
      this.#nodes.set(nodeId, { id: nodeId, host, port, rack });
    }
    if (options.all) this.#topics = this.#keptTopics(response);
    for (const topic of response.topics) {
      if (topic.name !== null) this.#topics.set(topic.name, this.#merge(topic.name, topic));
    }
    this.#namesById = new Map();
    for (const { name, topicId } of this.#topics.values()) {
      if (topicId !== ZERO_UUID) this.#namesById.set(topicId, name);
    }
  }

  /** Drops what is known of a topic. */
  forget(name: string): void {
    const topicId = this.#topics.get(name)?.topicId;
    if (topicId !== undefined) this.#namesById.delete(topicId);
    this.#topics.delete(name);
  }

  /** Adds a node that another response told of, such as a coordinator. */
  addNode(node: { readonly id: number } & Address): void {
    const known = this.#nodes.get(node.id);
    if (known?.host === node.host && known.port === node.port) return;
    this.#nodes.set(node.id, { ...node, rack: known?.rack ?? null });
  }

  /** A leader that a Produce or Fetch response told of (KIP-951); answers whether it is news. */
  updateLeader(topic: string, partition: number, leader: number, leaderEpoch: number): boolean {
    const known = this.#topics.get(topic);
    const current = known?.partitions[partition];
    if (known === undefined || current === undefined || leaderEpoch <= current.leaderEpoch) return false;
    const partitions = known.partitions.with(partition, { ...current, leader, leaderEpoch });
    this.#topics.set(topic, { ...known, partitions });
    return true;
  }

  #keptTopics(response: MetadataResponse): Map<string, TopicMetadata> {
    const kept = new Map<string, TopicMetadata>();
    for (const { name } of response.topics) {
      const known = name === null ? undefined : this.#topics.get(name);
      if (known !== undefined) kept.set(known.name, known);
    }
    return kept;
  }

  #merge(name: string, topic: MetadataResponse['topics'][number]): TopicMetadata {
    const known = this.#topics.get(name);
    const partitions = topic.partitions
      .map((fresh): PartitionMetadata => {
        const before = known?.partitions[fresh.partitionIndex];
        // A broker that lags behind may tell of an older leader than we have heard of (KIP-320).
        const outdated =
          before !== undefined &&
          known?.topicId === topic.topicId &&
          fresh.leaderEpoch >= 0 &&
          fresh.leaderEpoch < before.leaderEpoch;
        if (outdated) return before;
        return {
          partition: fresh.partitionIndex,
          leader: fresh.errorCode === ErrorCode.LEADER_NOT_AVAILABLE ? -1 : fresh.leaderId,
          leaderEpoch: fresh.leaderEpoch,
          replicas: fresh.replicaNodes,
          isr: fresh.isrNodes,
          offlineReplicas: fresh.offlineReplicas,
        };
      })
      .toSorted((a, b) => a.partition - b.partition);
    return {
      name,
      topicId: topic.topicId,
      internal: topic.isInternal,
      errorCode: topic.errorCode,
      partitions,
    };
  }
}
