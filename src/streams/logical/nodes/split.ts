import type { Erased } from '../../erased.ts';
import type { Predicate } from '../../functions.ts';
import { frozen, type PlainBase, sameStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** Sends each record to the first of its branches whose predicate holds. */
export interface Split extends PlainBase<'split'> {
  readonly inputs: readonly [StreamNode];
}

/** One branch of a split: the records that it takes. */
export interface Branch extends StreamBase<'branch'> {
  readonly inputs: readonly [Split];
  readonly predicate: Erased<Predicate<unknown, unknown>>;
  /** What its name is made of, after the split's: the branch's own, or its number from 1, 0 for the default branch. */
  readonly suffix: string;
}

export function split(input: StreamNode, name: string | undefined): Split {
  return frozen<Split>({ kind: 'split', shape: 'plain', inputs: [input], name });
}

export function branch(of: Split, given: Pick<Branch, 'predicate' | 'suffix'>): Branch {
  const [input] = of.inputs;
  return frozen<Branch>({ kind: 'branch', inputs: [of], name: undefined, ...sameStream(input), ...given });
}

export const splitKind = nodeKind<Split>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-BRANCH-')),
  lower(_node, into) {
    const predicates = into.readers.flatMap((reader) => (reader.kind === 'branch' ? [reader.predicate] : []));
    into.processor({ type: 'branch', predicates });
  },
});

export const branchKind = nodeKind<Branch>({
  names(node, take) {
    const name = `${take.of(node.inputs[0]).name}${node.suffix}`;
    take.generated(name);
    return oneNode(take.claimNode(name));
  },
  lower: (_node, into) => into.processor({ type: 'pass-through' }),
});
