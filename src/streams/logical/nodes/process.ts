import type { ProcessSettings } from '../../operators/user-processor.ts';
import type { Serde } from '../../serde.ts';
import { frozen, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** A processor of the application, connected to stores by their names. */
export interface Process extends StreamBase<'process'> {
  readonly inputs: readonly [StreamNode];
  readonly supplier: ProcessSettings['supplier'];
  readonly stores: readonly string[];
  readonly keepsKey: boolean;
}

export function process(
  input: StreamNode,
  supplier: Process['supplier'],
  options: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
    readonly stores?: readonly string[];
    readonly keepsKey: boolean;
  },
): Process {
  const { name, valueSerde, stores = [], keepsKey } = options;
  return frozen<Process>({
    kind: 'process',
    shape: 'stream',
    inputs: [input],
    name,
    keySerde: keepsKey ? input.keySerde : options.keySerde,
    valueSerde,
    keyChanged: input.keyChanged || !keepsKey,
    changes: keepsKey ? 'value' : 'key',
    supplier,
    stores,
    keepsKey,
  });
}

export const processKind = nodeKind<Process>({
  names(node, take) {
    const prefix = node.keepsKey ? 'KSTREAM-PROCESSVALUES-' : 'KSTREAM-PROCESSOR-';
    return oneNode(take.node(node.name, prefix));
  },
  lower: ({ supplier, keepsKey, stores }, into) =>
    into.processor({ type: 'process', supplier, keepsKey }, stores),
});
