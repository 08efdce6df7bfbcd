import { storeView } from '../operators/store-view.ts';
import { tableSource } from '../operators/table-source.ts';
import type { Dsl, RepartitionStep } from './dsl.ts';
import type { KTable } from './ktable.ts';
import { tableStore } from './materialize.ts';
import type { Materialized } from './options.ts';
import type { Serdes } from './require-serdes.ts';

/** What a table that is fed by records knows once the topology is complete. */
export interface SourceTableFlags {
  sendOldValues: boolean;
  /** Kept in a store: because the user named one, or because something downstream looks rows up. */
  materialized: boolean;
}

/** Adds a table that takes every record as an update of its key's row. */
export function sourceTable<K, V>(request: {
  readonly dsl: Dsl;
  readonly name: string;
  readonly parent: string;
  readonly storeName: string;
  readonly serdes: Partial<Serdes<K, V>>;
  readonly requireSerdes: () => Serdes<K, V>;
  readonly options: Materialized<K, V>;
  readonly sources: readonly string[];
  readonly repartitions: readonly RepartitionStep[];
}): KTable<K, V> {
  const { dsl, name, storeName, options } = request;
  const flags: SourceTableFlags = { sendOldValues: false, materialized: options.storeName !== undefined };
  dsl.topology.addStore(storeName, () =>
    flags.materialized ? tableStore(storeName, request.requireSerdes(), options) : undefined,
  );
  dsl.topology.addProcessor({
    name,
    parents: [request.parent],
    stores: () => (flags.materialized ? [storeName] : []),
    factory: tableSource(storeName, flags),
  });
  return dsl.table<K, V>({
    dsl,
    name,
    keySerde: request.serdes.keySerde,
    valueSerde: request.serdes.valueSerde,
    sources: request.sources,
    repartitions: request.repartitions,
    queryableStoreName: options.storeName,
    enableSendingOldValues(force) {
      if (!force && !flags.materialized) return false;
      flags.materialized = true;
      flags.sendOldValues = true;
      return true;
    },
    view() {
      flags.materialized = true;
      return storeView(storeName);
    },
    versioned: () => options.historyRetentionMs !== undefined,
    gracePeriodMs: undefined,
    windowCloseOf: undefined,
  });
}
