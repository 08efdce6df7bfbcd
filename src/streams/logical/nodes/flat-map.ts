import type { Erased } from '../../erased.ts';
import type { KeyValueMapper } from '../../functions.ts';
import type { KeyValue } from '../../record.ts';
import type { Serde } from '../../serde.ts';
import { frozen, rekeyedStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** Any number of records for each. */
export interface FlatMap extends StreamBase<'flat-map'> {
  readonly inputs: readonly [StreamNode];
  readonly mapper: Erased<KeyValueMapper<unknown, unknown, Iterable<KeyValue<unknown, unknown>>>>;
}

export function flatMap(
  input: StreamNode,
  mapper: FlatMap['mapper'],
  named: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
  },
): FlatMap {
  return frozen<FlatMap>({
    kind: 'flat-map',
    inputs: [input],
    ...rekeyedStream(named),
    name: named.name,
    mapper,
  });
}

export const flatMapKind = nodeKind<FlatMap>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-FLATMAP-')),
  lower: ({ mapper }, into) => into.processor({ type: 'flat-map', mapper }),
});
