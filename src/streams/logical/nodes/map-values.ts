import type { Erased } from '../../erased.ts';
import type { ValueMapper } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, streamOfValues, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** A new value for each record. */
export interface MapValues extends StreamBase<'map-values'> {
  readonly inputs: readonly [StreamNode];
  readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>>;
}

export function mapValues(
  input: StreamNode,
  mapper: MapValues['mapper'],
  named: { readonly name?: string; readonly valueSerde?: Serde<unknown> },
): MapValues {
  return frozen<MapValues>({
    kind: 'map-values',
    inputs: [input],
    ...streamOfValues(input, named.valueSerde),
    name: named.name,
    mapper,
  });
}

export const mapValuesKind = nodeKind<MapValues>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-MAPVALUES-')),
  lower: ({ mapper }, into) => into.processor({ type: 'map-values', mapper }),
});
