import { viewOf } from '../../base/buffer-view.ts';
import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { ChangeLog, ChangelogRecord, StoreEnvironment } from './managed-store.ts';
import { rowCodec } from './row-codec.ts';
import { StateMap, type StateEntry } from './state-map.ts';
import type { FlushListener } from './states.ts';
import type { ValueAndTimestamp } from './store.ts';

/** How the keys of a store look outside its map. */
interface RowKeys<K> {
  /** The key that a row is forwarded with. */
  readonly keyOf: (text: string) => K;
  /** The key of a row's changelog records. */
  readonly changelogKeyOf: (text: string) => Buffer;
}

/**
 * Rows of a value and its event time, which tables are made of, windowed or not: written back, logged, restored and, where
 * the store is cached, forwarded once per commit in the order of their last changes. Reads go to {@link TimestampedRows.map}
 * itself.
 */
export class TimestampedRows<K, V> {
  readonly map: StateMap<ValueAndTimestamp<V>>;
  readonly #cached: boolean;
  readonly #valueSerde: Serde<V>;
  readonly #environment: StoreEnvironment;
  readonly #keys: RowKeys<K>;
  #listener: FlushListener<K, V> | undefined;
  #pending: StateEntry<ValueAndTimestamp<V>>[] = [];
  #sequence = 0;

  constructor(
    definition: { readonly cachingEnabled: boolean; readonly valueSerde: Serde<V> },
    environment: StoreEnvironment,
    keys: RowKeys<K>,
  ) {
    this.#cached = definition.cachingEnabled;
    this.#valueSerde = definition.valueSerde;
    this.#environment = environment;
    this.#keys = keys;
    const codec = rowCodec(definition.valueSerde, environment.changelogTopic);
    this.map = new StateMap({ ...environment, codec });
  }

  onFlush(listener: FlushListener<K, V>): void {
    this.#listener = listener;
  }

  put(text: string, value: V | null, timestamp: number): void {
    const entry = this.map.set(text, value == null ? undefined : { value, timestamp });
    entry.changedAt = timestamp;
    if (!this.#cached) return;
    entry.sequence = this.#sequence++;
    entry.origin = this.#environment.origin();
    if (entry.pending) return;
    entry.pending = true;
    this.#pending.push(entry);
  }

  /** See {@link ManagedStore.takePending}. */
  takePending(): readonly (() => void)[] {
    const pending = this.#pending.sort((a, b) => a.sequence - b.sequence);
    this.#pending = [];
    return pending.map((entry) => () => this.#forward(entry));
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.map.dirtyEntries) {
      const encoded = this.map.encode(entry);
      log({
        key: this.#keys.changelogKeyOf(entry.key),
        // The event time, which rows begin with, is the record's.
        value: encoded === undefined ? null : viewOf(encoded, 8, encoded.length),
        timestamp: entry.value?.timestamp ?? entry.changedAt,
        headers: NO_HEADERS,
      });
    }
  }

  /** Applies a changelog record to the row under `text`; nobody downstream needs to be told. */
  restore(text: string, { value: bytes, timestamp }: ChangelogRecord): void {
    const value = bytes && this.#valueSerde.deserialize(this.#environment.changelogTopic, bytes);
    const entry = this.map.set(text, value == null ? undefined : { value, timestamp });
    entry.forwarded = entry.value;
  }

  #forward(entry: StateEntry<ValueAndTimestamp<V>>): void {
    const { value: now, forwarded: before } = entry;
    entry.pending = false;
    entry.forwarded = now;
    this.#environment.resume(entry.origin);
    this.#listener?.({
      key: this.#keys.keyOf(entry.key),
      newValue: now?.value ?? null,
      oldValue: before?.value ?? null,
      timestamp: now?.timestamp ?? entry.changedAt,
      headers: entry.origin.headers,
    });
  }
}
