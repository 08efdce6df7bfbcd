import {
  aggregationOf,
  type FoldedNode,
  type FoldNames,
  foldNames,
  serdesOfFold,
  storeSerdes,
} from './fold.ts';
import { requireGrouped } from './grouping.ts';
import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import { storedTable } from './stored-table.ts';
import { tableStore } from './store-settings.ts';

/** The records of each group become one row. */
export interface Aggregate extends TableBase<'aggregate'>, FoldedNode {
  readonly inputs: FoldedNode['inputs'];
  readonly name: string | undefined;
}

export function aggregate(given: FoldedNode): Aggregate {
  return frozen<Aggregate>({
    kind: 'aggregate',
    shape: 'table',
    ...given,
    ...serdesOfFold(given),
    storeName: given.options.storeName,
    versioned: given.options.historyRetentionMs !== undefined,
    closeAfterMs: undefined,
  });
}

export const aggregateKind = nodeKind<Aggregate, FoldNames>({
  names: foldNames,
  check: (node, names) => void storeSerdes(node, names),
  requires: ({ inputs: [group] }) => [requireGrouped(group)],
  table: storedTable,
  lower(node, into) {
    const { store } = into.names;
    into.store(tableStore(store, storeSerdes(node, into.names), node.options));
    const { sendsOldValues: sendOldValues } = into;
    into.processor({ type: 'aggregate', storeName: store, sendOldValues, ...aggregationOf(node.fold) }, [
      store,
    ]);
  },
});
