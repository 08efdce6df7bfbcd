import type { PrintSettings } from '../../operators/print.ts';
import { frozen, type PlainBase, type StreamNode } from './node.ts';
import { type NodeNames, nodeKind } from './node-kind.ts';

/** Each record becomes a line of text for somebody who watches, and goes no further. */
export interface Print extends PlainBase<'print'>, Pick<PrintSettings, 'mapper' | 'write'> {
  readonly inputs: readonly [StreamNode];
  /** Undefined: the name of the stream that is printed. */
  readonly label: string | undefined;
}

interface Names extends NodeNames {
  readonly label: string;
}

export function print(input: StreamNode, given: Pick<Print, 'name' | 'label' | 'mapper' | 'write'>): Print {
  return frozen<Print>({ kind: 'print', shape: 'plain', inputs: [input], ...given });
}

export const printKind = nodeKind<Print, Names>({
  names(node, take) {
    const name = take.node(node.name, 'KSTREAM-PRINTER-');
    return { name, node: name, label: node.label ?? take.of(node.inputs[0]).name };
  },
  lower: ({ mapper, write }, into) =>
    into.processor({ type: 'print', label: into.names.label, mapper, write }),
});
