import type { Topology } from '../topology/topology.ts';

/**
 * Returns the stores that these nodes use in the order of the topology: the store of a table comes before the stores of what
 * is computed from it, whatever their names are.
 */
export function storesInOrder(topology: Topology, nodeNames: readonly string[]): readonly string[] {
  const stores = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    const node = topology.nodes.get(name);
    if (node === undefined || node.kind === 'source') return;
    for (const parent of node.parents) visit(parent);
    if (node.kind === 'processor') for (const store of node.stores) stores.add(store);
  };
  for (const name of nodeNames) visit(name);
  return [...stores];
}
