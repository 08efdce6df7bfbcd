import type { OperatorSettings } from '../../operators/operator-registry.ts';
import type { TableNode } from './node.ts';
import type { Lowering, NodeNames, TableBehaviour } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';
import { type StoreOptions, tableStore } from './store-settings.ts';

export interface KeptNames extends NodeNames {
  readonly store: string;
}

type FedTable = TableNode & { readonly options: StoreOptions };

/**
 * A table that takes each record as the new row of its key. It is kept in a store where the application named one, or
 * where something downstream looks rows up.
 */
export const keptTable: TableBehaviour<TableNode, KeptNames> = {
  rows: () => 'store-on-demand',
  view: (_node, { store }) => ({ type: 'store', storeName: store }),
};

/** Adds the operator of such a table, reading `parent`, and its store. */
export function lowerKeptTable(
  node: FedTable,
  into: Lowering<KeptNames>,
  place: {
    readonly name: string;
    readonly parent: string;
    /** The topic that the store is restored from, in place of a changelog. */
    readonly sourceTopic?: string | undefined;
  },
): void {
  const { store } = into.names;
  const { isKept } = into;
  if (isKept) {
    const loggingEnabled = place.sourceTopic === undefined && node.options.loggingEnabled !== false;
    into.store({ ...tableStore(store, requireSerdes(place.name, node), node.options), loggingEnabled });
    if (place.sourceTopic !== undefined) into.topology.restoreFromSource(store, place.sourceTopic);
  }
  const operator: OperatorSettings = {
    type: 'table-source',
    storeName: isKept ? store : undefined,
    sendOldValues: into.sendsOldValues,
  };
  into.topology.addProcessor({
    name: place.name,
    parents: [place.parent],
    stores: isKept ? [store] : [],
    operator,
  });
}
