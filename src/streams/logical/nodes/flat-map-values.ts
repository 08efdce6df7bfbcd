import type { Erased } from '../../erased.ts';
import type { ValueMapper } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, streamOfValues, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** Any number of values for each record, under its key. */
export interface FlatMapValues extends StreamBase<'flat-map-values'> {
  readonly inputs: readonly [StreamNode];
  readonly mapper: Erased<ValueMapper<unknown, unknown, Iterable<unknown>>>;
}

export function flatMapValues(
  input: StreamNode,
  mapper: FlatMapValues['mapper'],
  named: { readonly name?: string; readonly valueSerde?: Serde<unknown> },
): FlatMapValues {
  return frozen<FlatMapValues>({
    kind: 'flat-map-values',
    inputs: [input],
    ...streamOfValues(input, named.valueSerde),
    name: named.name,
    mapper,
  });
}

export const flatMapValuesKind = nodeKind<FlatMapValues>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-FLATMAPVALUES-')),
  lower: ({ mapper }, into) => into.processor({ type: 'flat-map-values', mapper }),
});
