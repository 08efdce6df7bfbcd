import type { KafkaConsumer, TopicPartition } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import { brokerTopicName } from './topic-plan.ts';

export type OffsetReset = 'earliest' | 'latest';

/** Where each source topic that says so is read from when nothing was committed, by the topic's name on the broker. */
export function offsetResets(topology: Topology, applicationId: string): ReadonlyMap<string, OffsetReset> {
  const nameOf = brokerTopicName(topology, applicationId);
  const resets = new Map<string, OffsetReset>();
  for (const node of topology.nodes.values()) {
    if (node.kind !== 'source' || node.offsetReset === undefined) continue;
    for (const topic of node.topics) resets.set(nameOf(topic), node.offsetReset);
  }
  return resets;
}

/**
 * Puts the partitions that were never committed where their sources want to begin. The consumer has one policy for all,
 * but a table is read whole beside a stream that is read from now on, and internal topics always from their beginning.
 */
export function seekUncommitted(
  consumer: KafkaConsumer,
  assigned: {
    readonly partitions: readonly TopicPartition[];
    readonly committed: readonly TopicPartition[];
    readonly resets: ReadonlyMap<string, OffsetReset>;
  },
): void {
  const { partitions, resets } = assigned;
  const committed = new Set(assigned.committed.map(nameOf));
  const fresh = partitions.filter((partition) => !committed.has(nameOf(partition)));
  const among = (reset: OffsetReset): readonly TopicPartition[] =>
    fresh.filter(({ topic }) => resets.get(topic) === reset);
  consumer.seekToBeginning(among('earliest'));
  consumer.seekToEnd(among('latest'));
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
