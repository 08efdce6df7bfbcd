import { frozen, type StreamBase, type TableNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** The changes of a table as a stream. */
export interface ToStream extends StreamBase<'to-stream'> {
  readonly inputs: readonly [TableNode];
}

export function toStream(input: TableNode, name: string | undefined): ToStream {
  const { keySerde, valueSerde } = input;
  return frozen<ToStream>({
    kind: 'to-stream',
    shape: 'stream',
    inputs: [input],
    name,
    keySerde,
    valueSerde,
    keyChanged: false,
    changes: 'everything',
  });
}

export const toStreamKind = nodeKind<ToStream>({
  names: (node, take) => oneNode(take.node(node.name, 'KTABLE-TOSTREAM-')),
  lower: (_node, into) => into.processor({ type: 'table-to-stream' }),
});
