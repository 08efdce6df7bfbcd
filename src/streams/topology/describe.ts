import type { TopologyNode } from './nodes.ts';
import type { Subtopology } from './subtopologies.ts';
import type { Topology } from './topology.ts';

interface Described {
  readonly node: TopologyNode;
  readonly predecessors: Described[];
  readonly successors: Described[];
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
  for (const name of subtopology.nodes) {
    const node = topology.nodes.get(name);
    if (node) described.set(name, { node, predecessors: [], successors: [], size: 1 });
  }
  for (const entry of described.values()) {
    if (entry.node.kind === 'source') continue;
    for (const name of entry.node.parents) {
      const parent = described.get(name);
      if (!parent) continue;
      entry.predecessors.push(parent);
      parent.successors.push(entry);
      growAncestors(parent, entry.size);
    }
  }
  const lines = [...described.values()].sort(byRank).map((entry) => `    ${line(entry)}\n`);
  return `Sub-topology: ${subtopology.id}\n${lines.join('')}\n`;
}

function growAncestors(entry: Described, delta: number): void {
  entry.size += delta;
  for (const predecessor of entry.predecessors) growAncestors(predecessor, delta);
}

function byRank(a: Described, b: Described): number {
  if (a.size !== b.size) return b.size - a.size;
  return a.node.name < b.node.name ? -1 : 1;
}

function namesOf(entries: readonly Described[]): string {
  if (entries.length === 0) return 'none';
  return [...entries]
    .sort(byRank)
    .map((entry) => entry.node.name)
    .join(', ');
}

function line(entry: Described): string {
  const { node } = entry;
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: [${node.topics.join(', ')}])\n      --> ${namesOf(entry.successors)}`;
    case 'processor':
      return (
        `Processor: ${node.name} (stores: [${[...node.stores].sort().join(', ')}])\n` +
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
