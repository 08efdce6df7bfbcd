import type { TopicPartition } from './types.ts';

/** A key for maps. The partition comes first, so that no topic name can be mistaken for another pair. */
export function partitionKey(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}

/** `topic-partition`, the form that Kafka's tools and messages use. */
export function showPartition(partition: TopicPartition): string {
  return `${partition.topic}-${partition.partition}`;
}

export function showPartitions(partitions: readonly TopicPartition[]): string {
  return partitions.map(showPartition).join(', ');
}

/** The list as `[{ topic, items }]`, the shape of most requests; topics in order of first appearance. */
export function groupByTopic<P extends { readonly topic: string }>(
  partitions: Iterable<P>,
): readonly { readonly topic: string; readonly items: readonly P[] }[] {
  const groups = new Map<string, P[]>();
  for (const partition of partitions) {
    const group = groups.get(partition.topic);
    if (group === undefined) groups.set(partition.topic, [partition]);
    else group.push(partition);
  }
  return Array.from(groups, ([topic, items]) => ({ topic, items }));
}
