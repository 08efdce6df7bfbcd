import type { Erased } from '../../erased.ts';
import type { Predicate } from '../../functions.ts';
import { frozen, sameStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** The records of a stream for which a predicate holds, or does not hold. */
export interface Filter extends StreamBase<'filter'> {
  readonly inputs: readonly [StreamNode];
  readonly predicate: Erased<Predicate<unknown, unknown>>;
  readonly negate: boolean;
}

export function filter(
  input: StreamNode,
  given: Pick<Filter, 'predicate' | 'negate'> & { readonly name: string | undefined },
): Filter {
  return frozen<Filter>({ kind: 'filter', inputs: [input], ...sameStream(input), ...given });
}

export const filterKind = nodeKind<Filter>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-FILTER-')),
  lower: ({ predicate, negate }, into) => into.processor({ type: 'filter', predicate, negate }),
});
