import { aggregationOf, type FoldedNode, foldedKind, serdesOfFold, storeSerdes } from './fold.ts';
import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import type { StoredNames } from './stored-table.ts';
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

export const aggregateKind = nodeKind<Aggregate, StoredNames>({
  ...foldedKind,
  lower(node, into) {
    const { store } = into.names;
    into.store(tableStore(store, storeSerdes(node, into.names), node.options));
    const { sendsOldValues: sendOldValues } = into;
    into.processor({ type: 'aggregate', storeName: store, sendOldValues, ...aggregationOf(node.fold) }, [
      store,
    ]);
  },
});
