import type { Serde } from '../../serde.ts';
import { frozen, type PlainBase, type StreamNode } from './node.ts';
import { type NodeNames, nodeKind, type Requirement } from './node-kind.ts';

/** A stream grouped by its key. It becomes no node: the aggregations that read it do. */
export interface Grouping extends PlainBase<'grouping'> {
  readonly inputs: readonly [StreamNode];
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  readonly keyChanged: boolean;
}

export function grouping(
  input: StreamNode,
  grouped: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
  },
): Grouping {
  return frozen<Grouping>({
    kind: 'grouping',
    shape: 'plain',
    inputs: [input],
    name: grouped.name,
    keySerde: grouped.keySerde ?? input.keySerde,
    valueSerde: grouped.valueSerde ?? input.valueSerde,
    keyChanged: input.keyChanged,
  });
}

export const groupingKind = nodeKind<Grouping>({
  names: (node, take): NodeNames => take.of(node.inputs[0]),
  lower: () => undefined,
});

/**
 * What all aggregations of a grouping require. A topic that the application has named is shared by all of them; without
 * a name each has its own, named after its store.
 */
export function requireGrouped(node: Grouping): Requirement {
  const { keySerde, valueSerde } = node;
  const sharedBy = node.name === undefined ? undefined : node;
  return { when: 'key-changed', keySerde, valueSerde, sharedBy };
}
