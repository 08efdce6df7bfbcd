import type { TopologyNode } from './nodes.ts';

/** A part of the topology whose nodes are connected, directly or through a store, and so run in one task. */
export interface Subtopology {
  readonly id: number;
  /** Names of its nodes, parents before children. */
  readonly nodes: readonly string[];
  /** Names of its stores, sorted. */
  readonly stores: readonly string[];
}

/**
 * Cuts a graph into connected components. Ids are given in the order of the nodes, as in Kafka Streams'
 * `InternalTopologyBuilder.makeNodeGroups`.
 */
export function subtopologiesOf(nodes: ReadonlyMap<string, TopologyNode>): readonly Subtopology[] {
  const groups = new DisjointSets();
  for (const node of nodes.values()) {
    groups.add(node.name);
    if (node.kind === 'source') continue;
    for (const parent of node.parents) groups.join(parent, node.name);
    if (node.kind === 'processor') for (const store of node.stores) groups.join(`store ${store}`, node.name);
  }

  const idOfRoot = new Map<string, number>();
  for (const name of nodes.keys()) {
    const root = groups.rootOf(name);
    if (!idOfRoot.has(root)) idOfRoot.set(root, idOfRoot.size);
  }

  const members = Array.from({ length: idOfRoot.size }, (): TopologyNode[] => []);
  for (const node of nodes.values()) members[idOfRoot.get(groups.rootOf(node.name)) ?? -1]?.push(node);
  return members.map((group, id) => ({
    id,
    nodes: group.map((node) => node.name),
    stores: [...new Set(group.flatMap((node) => (node.kind === 'processor' ? node.stores : [])))].sort(),
  }));
}

class DisjointSets {
  readonly #parent = new Map<string, string>();

  add(name: string): void {
    if (!this.#parent.has(name)) this.#parent.set(name, name);
  }

  rootOf(name: string): string {
    let root = name;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root))
      root = up;
    return root;
  }

  join(a: string, b: string): void {
    this.add(a);
    this.add(b);
    this.#parent.set(this.rootOf(a), this.rootOf(b));
  }
}
