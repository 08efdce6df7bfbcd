import type { Serde } from './serde.ts';
import type { TimestampExtractor } from './timestamp-extractor.ts';
import type { KeyValueMapper, StreamPartitioner } from './functions.ts';

/** Names a node of the topology; without it the name is generated as Kafka Streams does. */
export interface Named {
  readonly name?: string;
}

/** How a stream is printed. */
export interface Printed<K, V> extends Named {
  /** Stands in brackets before each line; left out, the name of the stream. */
  readonly label?: string;
  /** The text of a record; left out, its key and its value. */
  readonly mapper?: KeyValueMapper<K, V, string>;
  /** Where a line goes; left out, to the console. */
  readonly write?: (line: string) => void;
}

/** How a topic is read. */
export interface Consumed<K, V> extends Named {
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly timestampExtractor?: TimestampExtractor<K, V>;
  readonly offsetReset?: 'earliest' | 'latest';
}

/** How a topic is written; serdes left out are those of the stream. */
export interface Produced<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  readonly partitioner?: StreamPartitioner<K, V>;
}

/** A detour through an internal topic. */
export interface Repartitioned<K, V> extends Produced<K, V> {
  /** Enforced when given; otherwise that of the upstream topics. */
  readonly numberOfPartitions?: number;
}

/** `name` is the base of the repartition topic's name, should one be needed. */
export interface Grouped<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

/** For stream-table joins. `name` is the base of the repartition topic's name, should one be needed. */
export interface Joined<K, V, VT> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  readonly otherValueSerde?: Serde<VT>;
  /** Waits this long (stream time) for late table rows; the table must be versioned. */
  readonly gracePeriodMs?: number;
}

/** For stream-stream joins. */
export interface StreamJoined<K, V1, V2> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V1>;
  readonly otherValueSerde?: Serde<V2>;
  /** Base of the names of both stores and their changelogs. */
  readonly storeName?: string;
  readonly loggingEnabled?: boolean;
  readonly logConfig?: Readonly<Record<string, string>>;
}

export type StoreType = 'rocksdb' | 'memory';

/** How a table's state is kept; naming it makes it queryable under that name. */
export interface Materialized<K, V> {
  /** Name of the store; its changelog is `<application.id>-<name>-changelog`. */
  readonly storeName?: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** Whether updates of one key between two commits are forwarded as one; by default yes. */
  readonly cachingEnabled?: boolean;
  readonly loggingEnabled?: boolean;
  readonly logConfig?: Readonly<Record<string, string>>;
  readonly storeType?: StoreType;
  /** Windowed stores: how long to keep windows, at least size plus grace. */
  readonly retentionMs?: number;
  /** Key-value stores: keep all versions of a key this long (makes the table versioned). */
  readonly historyRetentionMs?: number;
}

/** For foreign-key joins. */
export interface TableJoined extends Named {}

/** Limits of a suppression buffer, and what happens beyond them. */
export interface SuppressBuffer {
  readonly recordsMax?: number;
  readonly bytesMax?: number;
  /** `emit` the oldest early (not for window closes), or `fail`. */
  readonly whenFull?: 'emit' | 'fail';
  readonly loggingEnabled?: boolean;
}

export type Suppressed = Named & { readonly buffer?: SuppressBuffer } & (
    | { readonly until: 'window-closes' }
    | { readonly until: 'time-limit'; readonly waitMs: number }
  );
