import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { MetadataCache } from '../cluster/metadata-cache.ts';
import type { TopicPartition } from '../types.ts';
import type { FetchPlace } from './fetch-source.ts';
import type { PartitionState } from './subscription-state.ts';

/** The place that a consumer has come to in one of its partitions, while it is being fetched. */
export class FetchWant implements FetchPlace {
  readonly state: PartitionState;
  readonly topic: string;
  readonly partition: number;
  readonly fetchOffset: number;
  readonly fetchEpoch: number;
  readonly topicId: string;
  readonly leaderEpoch: number;
  readonly #jumps: number;

  constructor(state: PartitionState, metadata: MetadataCache) {
    this.state = state;
    this.topic = state.topic;
    this.partition = state.partition;
    this.fetchOffset = state.fetchOffset;
    this.fetchEpoch = state.fetchEpoch;
    this.topicId = topicIdOf(state, metadata);
    this.leaderEpoch = leaderEpochOf(state, metadata);
    this.#jumps = state.jumps;
  }

  /** The topic and its leader are still those that the place was found with. */
  isOf(metadata: MetadataCache): boolean {
    return this.topicId === topicIdOf(this, metadata) && this.leaderEpoch === leaderEpochOf(this, metadata);
  }

  /** The application has neither moved the position nor lost the partition since. */
  get isCurrent(): boolean {
    return this.state.jumps === this.#jumps;
  }
}

function topicIdOf({ topic }: TopicPartition, metadata: MetadataCache): string {
  return metadata.topic(topic)?.topicId ?? ZERO_UUID;
}

function leaderEpochOf({ topic, partition }: TopicPartition, metadata: MetadataCache): number {
  return metadata.partition(topic, partition)?.leaderEpoch ?? -1;
}
