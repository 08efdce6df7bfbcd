import type { Topology } from '../topology/topology.ts';
import { brokerTopicName } from './topic-plan.ts';

/** What a sub-topology has to do with the world around it, sorted. */
export interface SubtopologyShape {
  /** Topics that it reads, and writes where they are known by name, as on the broker. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly stores: readonly string[];
}

/** What of a topology the members of its group have to agree on: by the number of the sub-topology. */
export type TopologyShape = Readonly<Record<string, SubtopologyShape>>;

/** How many names are told of a difference. */
const NAMES_MAX = 5;

export function shapeOf(topology: Topology, applicationId: string): TopologyShape {
  const nameOf = brokerTopicName(topology, applicationId);
  return Object.fromEntries(
    topology.subtopologies.map(({ id, nodes, stores }): [string, SubtopologyShape] => {
      const reads = new Set<string>();
      const writes = new Set<string>();
      for (const name of nodes) {
        const node = topology.nodes.get(name);
        if (node?.kind === 'source') for (const topic of node.topics) reads.add(nameOf(topic));
        if (node?.kind === 'sink' && typeof node.topic === 'string') writes.add(nameOf(node.topic));
      }
      return [String(id), { reads: sorted(reads), writes: sorted(writes), stores: sorted(stores) }];
    }),
  );
}

/** Whether a member of this shape can run the tasks of a sub-topology that reads these topics. */
export function hasSubtopology(shape: TopologyShape, id: string, reads: readonly string[]): boolean {
  const own = shape[id];
  return own !== undefined && own.reads.join() === reads.join();
}

/** Says what differs between two topologies, a line for each difference; nothing where they are alike. */
export function shapeDifferences({
  one,
  other,
}: {
  readonly one: TopologyShape;
  readonly other: TopologyShape;
}): readonly string[] {
  const ids = sorted(new Set([...Object.keys(one), ...Object.keys(other)]));
  return ids.flatMap((id): readonly string[] => {
    const a = one[id];
    const b = other[id];
    if (a === undefined || b === undefined) {
      const { reads } = a ?? b ?? { reads: [] };
      return [`only one has sub-topology ${id}, which reads ${reads.join(', ')}`];
    }
    return (['reads', 'writes', 'stores'] as const).flatMap((part) => {
      const onlyOne = a[part].filter((name) => !b[part].includes(name));
      const onlyOther = b[part].filter((name) => !a[part].includes(name));
      if (onlyOne.length + onlyOther.length === 0) return [];
      const verb = part === 'stores' ? 'keeps' : part;
      return [`sub-topology ${id} ${verb} ${listOf(onlyOne)} in one and ${listOf(onlyOther)} in the other`];
    });
  });
}

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

function listOf(names: readonly string[]): string {
  if (names.length === 0) return 'nothing more';
  const more = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
