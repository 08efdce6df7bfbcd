import type { PipeSettings } from '../../operators/pipe.ts';
import type { Serde } from '../../serde.ts';
import { frozen, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** RxJS operators of the application in the chain. */
export interface Pipe extends StreamBase<'pipe'> {
  readonly inputs: readonly [StreamNode];
  readonly operator: PipeSettings['operator'];
  readonly keepsKey: boolean;
}

export function pipe(
  input: StreamNode,
  operator: Pipe['operator'],
  named: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
    readonly keepsKey?: boolean;
  },
): Pipe {
  const { name, keySerde, valueSerde, keepsKey = false } = named;
  return frozen<Pipe>({
    kind: 'pipe',
    shape: 'stream',
    inputs: [input],
    name,
    keySerde,
    valueSerde,
    keyChanged: input.keyChanged || !keepsKey,
    changes: keepsKey ? 'value' : 'key',
    operator,
    keepsKey,
  });
}

export const pipeKind = nodeKind<Pipe>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-PIPE-')),
  lower: ({ operator, keepsKey }, into) => into.processor({ type: 'pipe', operator, keepsKey }),
});
