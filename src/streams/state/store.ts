import type { Serde } from '../serde.ts';

/** Any store that a processor can be connected to; what it can do depends on how it was defined. */
export interface StateStore {
  readonly name: string;
}

/** A value and the event time that it belongs to. */
export interface ValueAndTimestamp<V> {
  readonly value: V;
  readonly timestamp: number;
}

/** Keys from one to another, both included; where one is absent there is no bound. The order is that of the serialized keys. */
export interface KeyBounds<K> {
  readonly from?: K | undefined;
  readonly to?: K | undefined;
}

/** Serialized keys, from one, included, to another, excluded; where that is undefined, to the last. */
export interface SerializedRange {
  readonly from: Buffer;
  readonly to: Buffer | undefined;
}

/** A part of a key-value store, read from its first key to its last one, or the other way round. */
export type StoreRange<K> = ({ readonly keys: KeyBounds<K> } | { readonly bytes: SerializedRange }) & {
  readonly descending?: boolean | undefined;
};

/**
 * A key-value store as a processor sees it. Reads answer at once where the key is in memory and otherwise a promise,
 * so `await store.get(key)` is always right and costs a turn of the event loop only when it must.
 */
export interface KeyValueStore<K, V> extends StateStore {
  get(key: K): V | undefined | Promise<V | undefined>;
  /** Stores, or deletes where `value` is null. */
  put(key: K, value: V | null): void | Promise<void>;
  /** Stores where nothing is there; answers what is. */
  putIfAbsent(key: K, value: V | null): V | undefined | Promise<V | undefined>;
  /** Stores several, in their order; of one key the last one stays. */
  putAll(entries: readonly (readonly [K, V | null])[]): void | Promise<void>;
  /** All entries as they are when the reading begins, in the order of the serialized keys. Some are read at a time. */
  entries(): AsyncIterable<readonly [K, V]>;
  /** The entries of a range of keys, in the same way. */
  range(bounds: KeyBounds<K>): AsyncIterable<readonly [K, V]>;
  /** All entries, from the last key to the first one. */
  reverseAll(): AsyncIterable<readonly [K, V]>;
  /** The entries of a range of keys, from the last one to the first. */
  reverseRange(bounds: KeyBounds<K>): AsyncIterable<readonly [K, V]>;
  /** How many entries there are: exact, and found by a scan that decodes no values, where Kafka Streams asks RocksDB for a guess. */
  approximateNumEntries(): Promise<number>;
  /** The entries whose serialized keys begin with the bytes of a prefix, in the same way. */
  prefixScan<P>(prefix: P, serde: Pick<Serde<P>, 'serialize'>): AsyncIterable<readonly [K, V]>;
}

/** A table's store, opened for reading from outside (an interactive query). */
export interface ReadOnlyKeyValueStore<K, V> extends StateStore {
  get(key: K): Promise<ValueAndTimestamp<V> | undefined>;
  /** All entries as they are when the reading begins, in the order of the serialized keys. Some are read at a time. */
  entries(): AsyncIterable<readonly [K, ValueAndTimestamp<V>]>;
  /** The entries of a range of keys, in the same way. */
  range(bounds: KeyBounds<K>): AsyncIterable<readonly [K, ValueAndTimestamp<V>]>;
  /** All entries, from the last key to the first one. */
  reverseAll(): AsyncIterable<readonly [K, ValueAndTimestamp<V>]>;
  /** The entries of a range of keys, from the last one to the first. */
  reverseRange(bounds: KeyBounds<K>): AsyncIterable<readonly [K, ValueAndTimestamp<V>]>;
  /** How many entries there are: exact, and found by a scan that decodes no values, where Kafka Streams asks RocksDB for a guess. */
  approximateNumEntries(): Promise<number>;
  /** The entries whose serialized keys begin with the bytes of a prefix, in the same way. */
  prefixScan<P>(
    prefix: P,
    serde: Pick<Serde<P>, 'serialize'>,
  ): AsyncIterable<readonly [K, ValueAndTimestamp<V>]>;
  /** All entries, or those of a range, as many as are read at a time. */
  pages(range?: StoreRange<K>): AsyncIterable<readonly (readonly [K, ValueAndTimestamp<V>])[]>;
}

export interface WindowEntry<K, V> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
  readonly value: V;
  readonly timestamp: number;
}

/** When windows begin, both included. */
export interface WindowRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Which windows are read, all where no range is given, and in which order. */
export interface WindowScan {
  readonly range?: WindowRange | undefined;
  readonly descending?: boolean | undefined;
}

/** A windowed table's store, opened for reading from outside. */
export interface ReadOnlyWindowStore<K, V> extends StateStore {
  /** The windows of `key` that begin within `[fromMs, toMs]`, in order. */
  fetch(key: K, range: WindowRange): Promise<readonly WindowEntry<K, V>[]>;
  /** The same, the last one first. */
  backwardFetch(key: K, range: WindowRange): Promise<readonly WindowEntry<K, V>[]>;
  /** All windows as they are when the reading begins: by start and then by key, sessions by key. Some are read at a time. */
  entries(): AsyncIterable<WindowEntry<K, V>>;
  /** Those of them that begin within a range of times. */
  fetchAll(range: WindowRange): AsyncIterable<WindowEntry<K, V>>;
  /** All windows, in the order that is opposite to that of {@link ReadOnlyWindowStore.entries}. */
  backwardAll(): AsyncIterable<WindowEntry<K, V>>;
  /** Those of them that begin within a range of times. */
  backwardFetchAll(range: WindowRange): AsyncIterable<WindowEntry<K, V>>;
  /** All windows, or some, as many as are read at a time. */
  pages(scan?: WindowScan): AsyncIterable<readonly WindowEntry<K, V>[]>;
}
