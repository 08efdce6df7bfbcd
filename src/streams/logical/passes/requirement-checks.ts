import { assert } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { NodeKind, NodeNames } from '../nodes/node-kind.ts';

type AnyKind = Pick<NodeKind<LogicalNode, NodeNames>, 'requires'>;

/**
 * Refuses a kind of nodes that keeps something of the records of a stream and does not say what it requires of them: the
 * records of a key might come to several tasks, and no topic would bring them together. One that takes them wherever they are
 * says so, by answering nothing: `requires: () => []`.
 */
export function checkStoreOf(node: Pick<LogicalNode, 'kind' | 'inputs'>, kind: AnyKind): void {
  const readsRecords = node.inputs.some(({ shape }) => shape !== 'table');
  assert(!readsRecords || kind.requires !== undefined, `a ${node.kind} has a store, and no \`requires\``);
}

/** Refuses a kind that requires something of an input and takes no names for the topic that this may need. */
export function checkNamesOf(
  node: LogicalNode,
  { kind, named }: { readonly kind: AnyKind; readonly named: ReadonlySet<number> },
): void {
  kind.requires?.(node).forEach((requirement, index) => {
    const isNamed = requirement === undefined || named.has(index);
    assert(
      isNamed,
      `a ${node.kind} requires something of input ${index}, and takes no names: \`take.repartition(${index}, ...)\``,
    );
  });
}
