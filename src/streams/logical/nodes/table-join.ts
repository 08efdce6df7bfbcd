import type { Erased } from '../../erased.ts';
import type { ValueJoiner } from '../../functions.ts';
import { storesOfView } from '../../operators/table-view.ts';
import { frozen, type TableBase, type TableNode } from './node.ts';
import { type NodeNames, nodeKind } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';
import { asksForStore, type StoreOptions, tableStore } from './store-settings.ts';

export type TableJoinKind = 'inner' | 'left' | 'outer';

/** Rows of two tables with equal keys. */
export interface TableJoin extends TableBase<'table-join'> {
  readonly inputs: readonly [TableNode, TableNode];
  readonly join: TableJoinKind;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly options: StoreOptions;
}

interface Names extends NodeNames {
  readonly store: string | undefined;
  readonly thisJoin: string;
  readonly otherJoin: string;
}

export function tableJoin(
  left: TableNode,
  right: TableNode,
  given: Pick<TableJoin, 'join' | 'joiner'> & { readonly options: StoreOptions & { readonly name?: string } },
): TableJoin {
  const { options } = given;
  return frozen<TableJoin>({
    kind: 'table-join',
    shape: 'table',
    inputs: [left, right],
    name: options.name,
    keySerde: options.keySerde ?? left.keySerde,
    valueSerde: options.valueSerde,
    storeName: options.storeName,
    versioned: false,
    closeAfterMs: left.closeAfterMs,
    ...given,
  });
}

export const tableJoinKind = nodeKind<TableJoin, Names>({
  names({ name: given, storeName, options }, take) {
    // As in Kafka Streams, any setting of a store asks for one.
    const store = asksForStore(options) ? take.store(storeName, 'KTABLE-MERGE-') : undefined;
    const name = take.node(given, 'KTABLE-MERGE-');
    const thisJoin = take.suffixed(given, '-join-this', 'KTABLE-JOINTHIS-');
    const otherJoin = take.suffixed(given, '-join-other', 'KTABLE-JOINOTHER-');
    return { name, node: name, store, thisJoin, otherJoin, queryable: store };
  },
  check(node, { name, store }) {
    if (store !== undefined) requireSerdes(name, node);
  },
  copartitioned: true,
  looksUp: ({ inputs }) => inputs,
  needsOldValues: ({ join, inputs }) => inputs.slice(0, { inner: 0, left: 1, outer: 2 }[join]),
  table: {
    rows: ({ inputs }) => ({ madeOf: inputs }),
    view: ({ join, joiner, inputs: [left, right] }, { store }, viewOf) =>
      store === undefined
        ? { type: 'joined', left: viewOf(left), right: viewOf(right), kind: join, joiner }
        : { type: 'store', storeName: store },
  },
  lower(node, into) {
    const { join: kind, joiner, options } = node;
    const [left, right] = node.inputs;
    const { names, topology, sendsOldValues: sendOldValues } = into;
    const side = (
      name: string,
      own: TableNode,
      other: TableNode,
      place: { readonly side: 'left' | 'right'; readonly parent: string },
    ): void => {
      const view = into.viewOf(other);
      const { side, parent } = place;
      const latestOnly = own.versioned;
      topology.addProcessor({
        name,
        parents: [parent],
        stores: storesOfView(view),
        operator: { type: 'table-join-side', side, kind, view, joiner, latestOnly, sendOldValues },
      });
    };
    side(names.thisJoin, left, right, { side: 'left', parent: into.input(0) });
    side(names.otherJoin, right, left, { side: 'right', parent: into.input(1) });
    const { store } = names;
    if (store !== undefined) into.store(tableStore(store, requireSerdes(names.name, node), options));
    topology.addProcessor({
      name: names.name,
      parents: [names.thisJoin, names.otherJoin],
      stores: store === undefined ? [] : [store],
      operator: { type: 'table-join-merge', storeName: store, sendOldValues },
    });
  },
});
