import { storeView } from '../operators/store-view.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { KTable } from './ktable.ts';
import type { Serdes } from './require-serdes.ts';

/** What a table's operator learns only when the whole topology is known. */
export interface TableFlags {
  sendOldValues: boolean;
}

/** Adds an aggregation with its store, and answers the table that it keeps. */
export function aggregateTable<K, V, KR, VR>(options: {
  readonly name: string;
  readonly storeName: string;
  readonly store: StoreDefinition;
  readonly parent: StreamDescriptor<K, V>;
  readonly factory: (flags: TableFlags) => NodeFactory;
  readonly serdes: Serdes<KR, VR>;
  readonly queryableStoreName: string | undefined;
  readonly gracePeriodMs?: number;
  readonly windowCloseOf?: (key: KR) => number;
}): KTable<KR, VR> {
  const { name, storeName, store, parent } = options;
  const flags: TableFlags = { sendOldValues: false };
  const { dsl } = parent;
  dsl.topology.addStore(storeName, () => store);
  const factory = options.factory(flags);
  dsl.topology.addProcessor({ name, parents: [parent.node], stores: () => [storeName], factory });
  return dsl.table<KR, VR>({
    dsl,
    name,
    ...options.serdes,
    sources: parent.sources,
    repartitions: parent.repartitions,
    queryableStoreName: options.queryableStoreName,
    enableSendingOldValues() {
      flags.sendOldValues = true;
      return true;
    },
    view: () => storeView(storeName),
    versioned: () => store.kind === 'versioned',
    gracePeriodMs: options.gracePeriodMs,
    windowCloseOf: options.windowCloseOf,
  });
}
