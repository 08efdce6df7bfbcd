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

/** A part of a key-value store. */
export type StoreRange<K> = { readonly keys: KeyBounds<K> } | { readonly bytes: SerializedRange };

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

/** A windowed table's store, opened for reading from outside. */
export interface ReadOnlyWindowStore<K, V> extends StateStore {
  /** The windows of `key` that begin within `[fromMs, toMs]`, in order. */
  fetch(
    key: K,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly WindowEntry<K, V>[]>;
  /** All windows as they are when the reading begins: by start and then by key, sessions by key. Some are read at a time. */
  entries(): AsyncIterable<WindowEntry<K, V>>;
  /** The same, as many as are read at a time. */
  pages(): AsyncIterable<readonly WindowEntry<K, V>[]>;
}
