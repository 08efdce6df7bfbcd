import type { TableViewFactory } from '../operators/table-view.ts';
import type { Serde } from '../serde.ts';
import type { TopologyBuilder } from '../topology/topology-builder.ts';
import type { KStream } from './kstream.ts';
import type { KTable } from './ktable.ts';

/** What the classes of the DSL share: the topology that they write to, and how to make one another. */
export interface Dsl {
  readonly topology: TopologyBuilder;
  stream<K, V>(part: StreamDescriptor<K, V>): KStream<K, V>;
  table<K, V>(part: TableDescriptor<K, V>): KTable<K, V>;
}

/** A repartition step; whether it drops null keys is known only when all joins behind it are. */
export interface RepartitionStep {
  dropNullKeys: boolean;
}

/** A stream as its {@link KStream} keeps it. */
export interface StreamDescriptor<K, V> {
  readonly dsl: Dsl;
  /** The name that later operators are named after. */
  readonly name: string;
  /** The node that children attach to; differs from `name` behind a shared repartition topic. */
  readonly node: string;
  readonly keySerde: Serde<K> | undefined;
  readonly valueSerde: Serde<V> | undefined;
  /** Source nodes of the sub-topology, for co-partitioning. */
  readonly sources: readonly string[];
  /** The key was changed since the last repartition. */
  readonly repartitionRequired: boolean;
  /** All repartition steps upstream. */
  readonly repartitions: readonly RepartitionStep[];
}

/** A table as its {@link KTable} keeps it. */
export interface TableDescriptor<K, V> {
  readonly dsl: Dsl;
  readonly name: string;
  readonly keySerde: Serde<K> | undefined;
  readonly valueSerde: Serde<V> | undefined;
  readonly sources: readonly string[];
  readonly repartitions: readonly RepartitionStep[];
  /** The store that can be queried under the name that the user gave. */
  readonly queryableStoreName: string | undefined;
  /** Asks for old values; answers false where they could only be had by keeping the table, which `force` allows. */
  readonly enableSendingOldValues: (force: boolean) => boolean;
  /** Rows on demand; keeps the table if it was not kept so far. */
  readonly view: () => TableViewFactory<K, V>;
  readonly versioned: () => boolean;
  /** How long after its end a window may still change; undefined for tables that are not windowed. */
  readonly gracePeriodMs: number | undefined;
  /** The sessions of a windowed table end with their last record; other windows end after it. */
  readonly windowCloseOf: ((key: K) => number) | undefined;
}
