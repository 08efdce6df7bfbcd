import type { Erased } from '../../erased.ts';
import type { PairMapper } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, rekeyedStream, type StreamBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** A new key and value for each record. */
export interface MapRecords extends StreamBase<'map'> {
  readonly inputs: readonly [StreamNode];
  readonly mapper: Erased<PairMapper<unknown, unknown, unknown, unknown>>;
}

export function map(
  input: StreamNode,
  mapper: MapRecords['mapper'],
  named: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
  },
): MapRecords {
  return frozen<MapRecords>({
    kind: 'map',
    inputs: [input],
    ...rekeyedStream(named),
    name: named.name,
    mapper,
  });
}

export const mapKind = nodeKind<MapRecords>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-MAP-')),
  lower: ({ mapper }, into) => into.processor({ type: 'map', mapper }),
});
