import { frozen, type StreamBase, sameStream, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** The records of two streams, interleaved as they come. */
export interface Merge extends StreamBase<'merge'> {
  readonly inputs: readonly [StreamNode, StreamNode];
}

export function merge(left: StreamNode, right: StreamNode, name: string | undefined): Merge {
  return frozen<Merge>({
    kind: 'merge',
    inputs: [left, right],
    name,
    ...sameStream(left),
    keySerde: left.keySerde === right.keySerde ? left.keySerde : undefined,
    valueSerde: left.valueSerde === right.valueSerde ? left.valueSerde : undefined,
    keyChanged: left.keyChanged || right.keyChanged,
  });
}

export const mergeKind = nodeKind<Merge>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-MERGE-')),
  lower(_node, into) {
    // Two streams of the same topics have one source.
    const parents = [...new Set([into.input(0), into.input(1)])];
    into.topology.addProcessor({ name: into.names.node, parents, operator: { type: 'pass-through' } });
  },
});
