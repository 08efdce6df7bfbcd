import type { Erased } from '../../erased.ts';
import type { PairMapper } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, type PlainBase, type TableNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** The rows of a table under new keys: a row that changes its group leaves the old one first. */
export interface GroupTable extends PlainBase<'group-table'> {
  readonly inputs: readonly [TableNode];
  readonly selector: Erased<PairMapper<unknown, unknown, unknown, unknown>>;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
}

export function groupTable(
  input: TableNode,
  selector: GroupTable['selector'],
  grouped: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
  },
): GroupTable {
  const { name, keySerde, valueSerde } = grouped;
  return frozen<GroupTable>({
    kind: 'group-table',
    shape: 'plain',
    inputs: [input],
    name,
    selector,
    keySerde,
    valueSerde,
  });
}

export const groupTableKind = nodeKind<GroupTable>({
  names: (node, take) => oneNode(take.node(node.name, 'KTABLE-SELECT-')),
  needsOldValues: ({ inputs }) => inputs,
  lower: ({ selector, inputs: [table] }, into) =>
    into.processor({ type: 'group-table', selector, latestOnly: table.versioned }),
});
