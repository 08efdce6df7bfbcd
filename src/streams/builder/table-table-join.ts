import { joinTableSide, mergeTableJoins } from '../operators/table-table-join.ts';
import { joinedView } from '../operators/derived-views.ts';
import { storeView } from '../operators/store-view.ts';
import type { TableFlags } from './aggregate-table.ts';
import type { TableDescriptor } from './dsl.ts';
import type { ValueJoiner } from './functions.ts';
import type { KTable } from './ktable.ts';
import { tableStore } from './materialize.ts';
import type { Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';

export type TableJoinKind = 'inner' | 'left' | 'outer';

/** Joins two tables on their keys: each side looks the other up when it changes. */
export function joinTables<K, V1, V2, VR>(
  left: TableDescriptor<K, V1>,
  request: {
    readonly other: TableDescriptor<K, V2>;
    readonly joiner: ValueJoiner<K, V1, V2, VR>;
    readonly kind: TableJoinKind;
    readonly options: (Materialized<K, VR> & Named) | undefined;
  },
): KTable<K, VR> {
  const { other, joiner, kind, options = {} } = request;
  const { dsl } = left;
  const { topology } = dsl;
  const { name: given } = options;
  // As in Kafka Streams, any setting of a store asks for one.
  const kept = Object.keys(options).some((key) => key !== 'name');
  const storeName = options.storeName ?? (kept ? topology.newStoreName('KTABLE-MERGE-') : undefined);
  const merge = topology.nameOr(given, 'KTABLE-MERGE-');
  const sources = [...new Set([...left.sources, ...other.sources])];
  topology.addCopartitionGroup(sources);
  if (kind !== 'inner') left.enableSendingOldValues(true);
  if (kind === 'outer') other.enableSendingOldValues(true);
  const thisJoin = topology.suffixedNameOr(given, '-join-this', 'KTABLE-JOINTHIS-');
  const otherJoin = topology.suffixedNameOr(given, '-join-other', 'KTABLE-JOINOTHER-');

  const leftView = left.view();
  const otherView = other.view();
  const flags: TableFlags = { sendOldValues: false };
  topology.addProcessor({
    name: thisJoin,
    parents: [left.name],
    stores: () => otherView.storeNames,
    factory: joinTableSide(
      {
        side: 'left',
        kind,
        view: otherView,
        joiner: (own, found, key) => joiner(own as V1, found as V2, key as K),
        versioned: left.versioned,
      },
      flags,
    ),
  });
  topology.addProcessor({
    name: otherJoin,
    parents: [other.name],
    stores: () => leftView.storeNames,
    factory: joinTableSide(
      {
        side: 'right',
        kind,
        view: leftView,
        joiner: (own, found, key) => joiner(found as V1, own as V2, key as K),
        versioned: other.versioned,
      },
      flags,
    ),
  });
  const keySerde = options.keySerde ?? left.keySerde;
  if (storeName !== undefined) {
    const serdes = requireSerdes<K, VR>(merge, options, { keySerde });
    topology.addStore(storeName, () => tableStore(storeName, serdes, options));
  }
  topology.addProcessor({
    name: merge,
    parents: [thisJoin, otherJoin],
    stores: () => (storeName === undefined ? [] : [storeName]),
    factory: mergeTableJoins(storeName, flags),
  });
  return dsl.table<K, VR>({
    dsl,
    name: merge,
    keySerde,
    valueSerde: options.valueSerde,
    sources,
    repartitions: [...left.repartitions, ...other.repartitions],
    queryableStoreName: storeName,
    enableSendingOldValues() {
      left.enableSendingOldValues(true);
      other.enableSendingOldValues(true);
      flags.sendOldValues = true;
      return true;
    },
    view: () =>
      storeName === undefined
        ? joinedView({ left: leftView, right: otherView, kind, joiner })
        : storeView(storeName),
    versioned: () => false,
    gracePeriodMs: left.gracePeriodMs,
    windowCloseOf: left.windowCloseOf,
  });
}
