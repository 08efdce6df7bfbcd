import { javaStringHash } from '../../base/java-hash.ts';
import { JavaTreeSet } from './java-tree-set.ts';
import type { TopologyNode } from './nodes.ts';
import type { Subtopology } from './subtopologies.ts';
import type { Topology } from './topology.ts';

interface Described {
  readonly node: TopologyNode;
  readonly predecessors: JavaTreeSet<Described>;
  readonly successors: JavaTreeSet<Described>;
  /** Itself and all below it, counted once per path: what Kafka Streams sorts by. */
  size: number;
}

/** The text of a topology as Kafka Streams prints it; visualisers parse it. */
export function describe(topology: Topology): string {
  const parts = topology.subtopologies.map(
    (subtopology) => `  ${describeSubtopology(topology, subtopology)}`,
  );
  return `Topologies:\n ${parts.join('')}`;
}

function describeSubtopology(topology: Topology, subtopology: Subtopology): string {
  const described = new Map<string, Described>();
  for (const name of connectionOrder(subtopology)) {
    const node = topology.nodes.get(name);
    if (node)
      described.set(name, {
        node,
        predecessors: new JavaTreeSet(byRank),
        successors: new JavaTreeSet(byRank),
        size: 1,
      });
  }
  for (const entry of described.values()) {
    if (entry.node.kind === 'source') continue;
    for (const name of entry.node.parents) {
      const parent = described.get(name);
      if (!parent) continue;
      entry.predecessors.add(parent);
      parent.successors.add(entry);
      growAncestors(parent, entry.size);
    }
  }
  const lines = [...described.values()].sort(byRank).map((entry) => `    ${line(entry)}\n`);
  return `Sub-topology: ${subtopology.id}\n${lines.join('')}\n`;
}

/**
 * Neighbours are listed by the sizes that nodes had when they were connected, and nodes are connected in the order of a
 * Java hash map: so that order has to be known to print the same text.
 */
function connectionOrder({ nodes }: Subtopology): readonly string[] {
  // The names were put into a set, and from there into a map.
  return javaHashOrder(javaHashOrder(nodes));
}

/** The order in which a Java HashMap with these keys, put in this order, is iterated. */
function javaHashOrder(keys: readonly string[]): string[] {
  let capacity = 16;
  while (keys.length > capacity * 0.75) capacity *= 2;
  const bucketOf = (key: string): number => {
    const hash = javaStringHash(key);
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  // Sorting is stable: keys of one bucket stay in the order in which they were put.
  return [...keys].sort((a, b) => bucketOf(a) - bucketOf(b));
}

function growAncestors(entry: Described, delta: number): void {
  entry.size += delta;
  for (const predecessor of entry.predecessors) growAncestors(predecessor, delta);
}

function byRank(a: Described, b: Described): number {
  if (a === b) return 0;
  if (a.size !== b.size) return b.size - a.size;
  return a.node.name < b.node.name ? -1 : 1;
}

function namesOf(tree: JavaTreeSet<Described>): string {
  const entries = [...tree];
  return entries.length === 0 ? 'none' : entries.map((entry) => entry.node.name).join(', ');
}

function line(entry: Described): string {
  const { node } = entry;
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: [${node.topics.join(', ')}])\n      --> ${namesOf(entry.successors)}`;
    case 'processor':
      return (
        `Processor: ${node.name} (stores: [${javaHashOrder(node.stores).join(', ')}])\n` +
        `      --> ${namesOf(entry.successors)}\n      <-- ${namesOf(entry.predecessors)}`
      );
    case 'sink': {
      const target =
        typeof node.topic === 'string'
          ? `topic: ${node.topic}`
          : `extractor class: ${node.topic.name || 'anonymous'}`;
      return `Sink: ${node.name} (${target})\n      <-- ${namesOf(entry.predecessors)}`;
    }
  }
}
