/** Partitions by the names of their topics. */
export type Topics = ReadonlyMap<string, ReadonlySet<number>>;

export const NO_TOPICS: Topics = new Map();

/** Partitions as requests and records name them; a topic without partitions is none. */
export function topicsOf(
  named: readonly { readonly name: string; readonly partitions: readonly number[] }[],
): Topics {
  const topics = new Map<string, Set<number>>();
  for (const { name, partitions } of named) {
    if (partitions.length === 0) continue;
    const known = topics.get(name) ?? new Set();
    topics.set(name, known);
    for (const partition of partitions) known.add(partition);
  }
  return topics;
}

export function includesPartition(topics: Topics, topic: string, partition: number): boolean {
  return topics.get(topic)?.has(partition) === true;
}

/** Whether all of `others` are among `topics`. */
export function includesAll(topics: Topics, others: Topics): boolean {
  for (const [topic, partitions] of others) {
    const known = topics.get(topic);
    for (const partition of partitions) if (known?.has(partition) !== true) return false;
  }
  return true;
}

/** Both together. */
export function union(topics: Topics, others: Topics): Topics {
  const both = new Map(topics);
  for (const [topic, partitions] of others) {
    const known = both.get(topic);
    both.set(topic, known === undefined ? partitions : new Set([...known, ...partitions]));
  }
  return both;
}
