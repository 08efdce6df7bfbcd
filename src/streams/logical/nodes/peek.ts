import type { Erased } from '../../erased.ts';
import type { ForeachAction } from '../../functions.ts';
import { frozen, type PlainBase, sameStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

interface Action {
  readonly inputs: readonly [StreamNode];
  readonly action: Erased<ForeachAction<unknown, unknown>>;
}

/** Each record is shown to a function as it passes. */
export interface Peek extends StreamBase<'peek'>, Action {
  readonly inputs: readonly [StreamNode];
}

/** Each record is given to a function, and goes no further. */
export interface Foreach extends PlainBase<'foreach'>, Action {
  readonly inputs: readonly [StreamNode];
}

type Given = Pick<Action, 'action'> & { readonly name: string | undefined };

export function peek(input: StreamNode, given: Given): Peek {
  return frozen<Peek>({ kind: 'peek', inputs: [input], ...sameStream(input), ...given });
}

export function foreach(input: StreamNode, given: Given): Foreach {
  return frozen<Foreach>({ kind: 'foreach', shape: 'plain', inputs: [input], ...given });
}

export const peekKind = nodeKind<Peek>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-PEEK-')),
  lower: ({ action }, into) => into.processor({ type: 'peek', action, forward: true }),
});

export const foreachKind = nodeKind<Foreach>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-FOREACH-')),
  lower: ({ action }, into) => into.processor({ type: 'peek', action, forward: false }),
});
