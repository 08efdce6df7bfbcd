import type { Serde } from '../serde.ts';
import type { StoreType } from '../options.ts';

/** What all stores have in common. */
interface StoreDefinitionBase {
  readonly name: string;
  readonly storeType: StoreType;
  /** Forward one update per key and commit instead of one per record. */
  readonly cachingEnabled: boolean;
  readonly loggingEnabled: boolean;
  readonly logConfig: Readonly<Record<string, string>>;
}

export interface KeyValueStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'key-value';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  /** The changelog's records carry the value's event time as theirs (all tables); else the store's user knows none. */
  readonly timestamped: boolean;
}

export interface VersionedStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'versioned';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly historyRetentionMs: number;
}

export interface WindowStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'window';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly windowSizeMs: number;
  readonly advanceMs: number;
  readonly retentionMs: number;
}

export interface SessionStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'session';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly retentionMs: number;
}

/** One side of a stream-stream join: all records of a key, duplicates too, by time. */
export interface JoinStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'join';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly windowSizeMs: number;
  readonly retentionMs: number;
}

/** The unmatched records of a left or outer join, by time, side and key. */
export interface OuterJoinStoreDefinition<K, V1, V2> extends StoreDefinitionBase {
  readonly kind: 'outer-join';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V1>;
  readonly otherValueSerde: Serde<V2>;
}

/** Records that wait for stream time: the buffer of `suppress` and of stream-table joins with grace. */
export interface BufferStoreDefinition<K, V> extends StoreDefinitionBase {
  readonly kind: 'buffer';
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  /** At most one change waits per key (suppress); otherwise every record does (joins with grace). */
  readonly perKey: boolean;
  /** Of `perKey`: a change waits until the end of its window, which its key tells; otherwise from the first record on. */
  readonly keyTellsTime: boolean;
  /** There is a limit to what waits, of records or bytes: it is kept in memory. */
  readonly limited: boolean;
  /** Bytes are counted, because there is a limit to them. */
  readonly bounded: boolean;
}

/** Subscribers of a foreign-key join, by foreign key and then primary key. */
export interface SubscriptionStoreDefinition<KO, K> extends StoreDefinitionBase {
  readonly kind: 'subscription';
  readonly foreignKeySerde: Serde<KO>;
  readonly primaryKeySerde: Serde<K>;
}

export type StoreDefinition =
  | KeyValueStoreDefinition<unknown, unknown>
  | VersionedStoreDefinition<unknown, unknown>
  | WindowStoreDefinition<unknown, unknown>
  | SessionStoreDefinition<unknown, unknown>
  | JoinStoreDefinition<unknown, unknown>
  | OuterJoinStoreDefinition<unknown, unknown, unknown>
  | BufferStoreDefinition<unknown, unknown>
  | SubscriptionStoreDefinition<unknown, unknown>;
