import type { Serde } from '../serde.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { NodeFactory } from '../topology/nodes.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { Windowed } from '../windows/windowed.ts';
import { aggregateTable, type TableFlags } from './aggregate-table.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { GroupedSource } from './grouped-source.ts';
import type { KTable } from './ktable.ts';
import { retentionOf, storeBasics } from './materialize.ts';
import type { Materialized } from './options.ts';
import { type Serdes, requireSerdes } from './require-serdes.ts';
import type { NamedAggregation } from './stream-aggregations.ts';

/** A grouped stream that has been given windows. */
export interface WindowedGrouping<K, V> {
  readonly part: StreamDescriptor<K, V>;
  readonly source: GroupedSource<K, V>;
  readonly emit: EmitStrategy;
}

/** What a kind of windows brings along. */
interface WindowKind<K, VA> {
  /** How long a window can be, or grow by itself: the retention is at least this and the grace period. */
  readonly lengthMs: number;
  readonly gracePeriodMs: number;
  /** How long after its end a window may still change. */
  readonly closeAfterMs: number;
  readonly store: (
    settings: ReturnType<typeof storeBasics> & Serdes<K, VA> & { readonly retentionMs: number },
  ) => StoreDefinition;
  readonly factory: (storeName: string, flags: TableFlags) => NodeFactory;
  readonly keySerde: (serde: Serde<K>) => Serde<Windowed<K>>;
}

/** Adds a windowed aggregation with its store. One that emits final results only has nothing to merge in a cache. */
export function windowedTable<K, V, VA>(
  grouping: WindowedGrouping<K, V>,
  aggregation: NamedAggregation<K, V, VA>,
  kind: WindowKind<K, VA>,
): KTable<Windowed<K>, VA> {
  const { part, source, emit } = grouping;
  const { prefix, options } = aggregation;
  const { topology } = part.dsl;
  const storeName = options.storeName ?? topology.newStoreName(prefix);
  const name = topology.nameOr(options.name, prefix);
  const serdes = requireSerdes<K, VA>(name, options, { keySerde: source.keySerde });
  const basics = storeBasics(storeName, options as Materialized<never, never>);
  return aggregateTable<K, V, Windowed<K>, VA>({
    name,
    storeName,
    store: kind.store({
      ...basics,
      ...serdes,
      cachingEnabled: basics.cachingEnabled && emit === 'on-window-update',
      retentionMs: retentionOf(options, kind.lengthMs + kind.gracePeriodMs),
    }),
    parent: source.repartitioned({ storeName }),
    factory: (flags) => kind.factory(storeName, flags),
    serdes: { keySerde: kind.keySerde(serdes.keySerde), valueSerde: serdes.valueSerde },
    queryableStoreName: options.storeName,
    gracePeriodMs: kind.closeAfterMs,
    windowCloseOf: (key) => key.window.endMs,
  });
}
