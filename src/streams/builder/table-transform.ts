import { filteredView, mappedView } from '../operators/derived-views.ts';
import { storeView } from '../operators/store-view.ts';
import {
  mappedRows,
  matchingRows,
  type TableTransform,
  transformTableRows,
} from '../operators/table-transform.ts';
import type { Serde } from '../serde.ts';
import type { TableViewFactory } from '../operators/table-view.ts';
import type { TableFlags } from './aggregate-table.ts';
import type { TableDescriptor } from './dsl.ts';
import type { Predicate, ValueMapper } from './functions.ts';
import type { KTable } from './ktable.ts';
import { tableStore } from './materialize.ts';
import type { Materialized, Named } from './options.ts';
import { requireSerdes } from './require-serdes.ts';

type Options<K, V> = (Materialized<K, V> & Named) | undefined;

/** Rows that match; kept in a store only where the user names one. */
export function filterTable<K, V>(
  parent: TableDescriptor<K, V>,
  request: { readonly predicate: Predicate<K, V>; readonly negate: boolean; readonly options: Options<K, V> },
): KTable<K, V> {
  const { predicate, negate, options } = request;
  return transformTable(parent, {
    prefix: 'KTABLE-FILTER-',
    options,
    valueSerde: options?.valueSerde ?? parent.valueSerde,
    // Where the parent is kept anyway its old values are free, and spare tombstones for rows that never matched.
    sendOldValues: parent.enableSendingOldValues(false),
    transform: { rowOf: matchingRows(predicate, negate), skipsAbsent: () => !parent.versioned() },
    view: () => filteredView(parent.view(), { predicate, negate }),
  });
}

/** Rows with new values. */
export function mapTableValues<K, V, VR>(
  parent: TableDescriptor<K, V>,
  request: { readonly mapper: ValueMapper<K, V, VR>; readonly options: Options<K, VR> },
): KTable<K, VR> {
  const { mapper, options } = request;
  return transformTable(parent, {
    prefix: 'KTABLE-MAPVALUES-',
    options,
    valueSerde: options?.valueSerde,
    sendOldValues: false,
    transform: { rowOf: mappedRows(mapper), skipsAbsent: () => false },
    view: () => mappedView(parent.view(), mapper),
  });
}

function transformTable<K, V, VR>(
  parent: TableDescriptor<K, V>,
  request: {
    readonly prefix: string;
    readonly options: Options<K, VR>;
    readonly valueSerde: Serde<VR> | undefined;
    readonly sendOldValues: boolean;
    readonly transform: Omit<TableTransform<K, V, VR>, 'storeName'>;
    readonly view: () => TableViewFactory<K, VR>;
  },
): KTable<K, VR> {
  const { options, prefix } = request;
  const { dsl } = parent;
  const storeName = options?.storeName;
  if (options && Object.keys(options).some((key) => key !== 'name') && storeName === undefined) {
    dsl.topology.newStoreName(prefix);
  }
  const name = dsl.topology.nameOr(options?.name, prefix);
  const flags: TableFlags = { sendOldValues: request.sendOldValues };
  if (storeName !== undefined) {
    const serdes = requireSerdes<K, VR>(name, options ?? {}, {
      keySerde: parent.keySerde,
      valueSerde: request.valueSerde,
    });
    dsl.topology.addStore(storeName, () => tableStore(storeName, serdes, options ?? {}));
  }
  dsl.topology.addProcessor({
    name,
    parents: [parent.name],
    stores: () => (storeName === undefined ? [] : [storeName]),
    factory: transformTableRows({ ...request.transform, storeName }, flags),
  });
  return dsl.table<K, VR>({
    dsl,
    name,
    keySerde: options?.keySerde ?? parent.keySerde,
    valueSerde: request.valueSerde,
    sources: parent.sources,
    repartitions: parent.repartitions,
    queryableStoreName: storeName,
    enableSendingOldValues(force) {
      if (storeName !== undefined || parent.enableSendingOldValues(force)) flags.sendOldValues = true;
      return flags.sendOldValues;
    },
    view: storeName === undefined ? request.view : () => storeView(storeName),
    versioned: () => storeName === undefined && parent.versioned(),
    gracePeriodMs: parent.gracePeriodMs,
    windowCloseOf: parent.windowCloseOf,
  });
}
