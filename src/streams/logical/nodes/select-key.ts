import type { Erased } from '../../erased.ts';
import type { KeyValueMapper } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, rekeyedStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** A new key for each record. */
export interface SelectKey extends StreamBase<'select-key'> {
  readonly inputs: readonly [StreamNode];
  readonly mapper: Erased<KeyValueMapper<unknown, unknown, unknown>>;
}

/** The values stay what they were, and so does their serde. */
export function selectKey(
  input: StreamNode,
  mapper: SelectKey['mapper'],
  named: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
  },
): SelectKey {
  const valueSerde = named.valueSerde ?? input.valueSerde;
  return frozen<SelectKey>({
    kind: 'select-key',
    inputs: [input],
    ...rekeyedStream(named),
    valueSerde,
    name: named.name,
    mapper,
  });
}

export const selectKeyKind = nodeKind<SelectKey>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-KEY-SELECT-')),
  lower: ({ mapper }, into) => into.processor({ type: 'select-key', mapper }),
});
