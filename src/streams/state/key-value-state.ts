import { NO_HEADERS } from '../record.ts';
import { KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import type { WriteBatch } from './engine.ts';
import { rowCodec } from './row-codec.ts';
import { StateMap, type StateEntry } from './state-map.ts';
import type { FlushListener, PutResult, TableState } from './states.ts';
import type { KeyValueStore, ReadOnlyKeyValueStore, ValueAndTimestamp } from './store.ts';
import type { KeyValueStoreDefinition } from './store-definition.ts';

/** A table's rows, or a processor's own key-value store. */
export class KeyValueState<K, V> implements TableState<K, V>, ManagedStore {
  readonly definition: KeyValueStoreDefinition<unknown, unknown>;
  readonly versioned = false;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #rows: StateMap<ValueAndTimestamp<V>>;
  #listener: FlushListener<K, V> | undefined;
  #pending: StateEntry<ValueAndTimestamp<V>>[] = [];
  #sequence = 0;

  constructor(definition: KeyValueStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    const codec = rowCodec(definition.valueSerde, environment.changelogTopic);
    this.#rows = new StateMap({ ...environment, codec });
  }

  get name(): string {
    return this.definition.name;
  }

  get cached(): boolean {
    return this.definition.cachingEnabled;
  }

  onFlush(listener: FlushListener<K, V>): void {
    this.#listener = listener;
  }

  prepare(key: K): Promise<void> | undefined {
    return this.#rows.require(this.#keys.text(key));
  }

  prefetch(keyBytes: Buffer): void {
    this.#rows.want(keyBytes.toString('latin1', 0, keyBytes.length));
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#rows.get(this.#keys.text(key));
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.get(key);
  }

  put(key: K, value: V | null, timestamp: number): PutResult {
    const entry = this.#rows.set(this.#keys.text(key), value == null ? undefined : { value, timestamp });
    entry.changedAt = timestamp;
    if (this.definition.cachingEnabled) {
      entry.sequence = this.#sequence++;
      entry.origin = this.#environment.origin();
      if (!entry.pending) {
        entry.pending = true;
        this.#pending.push(entry);
      }
    }
    return 'latest';
  }

  takePending(): readonly (() => void)[] {
    const pending = this.#pending.sort((a, b) => a.sequence - b.sequence);
    this.#pending = [];
    return pending.map((entry) => () => {
      const { value: now, forwarded: before } = entry;
      entry.pending = false;
      entry.forwarded = now;
      this.#environment.resume(entry.origin);
      this.#listener?.({
        key: this.#keys.key(entry.key),
        newValue: now?.value ?? null,
        oldValue: before?.value ?? null,
        timestamp: now?.timestamp ?? entry.changedAt,
        headers: entry.origin.headers,
      });
    });
  }

  open(): void {}

  loadWanted(): Promise<void> | undefined {
    return this.#rows.loadWanted();
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.#rows.dirtyEntries) {
      const encoded = this.#rows.encode(entry);
      log({
        key: Buffer.from(entry.key, 'latin1'),
        value: encoded === undefined ? null : encoded.subarray(8),
        timestamp: entry.value?.timestamp ?? entry.changedAt,
        headers: NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#rows.writeTo(batch);
  }

  committed(): void {
    this.#rows.committed();
  }

  evict(): void {
    this.#rows.evict();
  }

  expire(): void {}

  wantForRestore(): void {}

  restore(record: ChangelogRecord): void {
    const text = record.key.toString('latin1', 0, record.key.length);
    const { definition, changelogTopic } = { definition: this.definition, ...this.#environment };
    const value = record.value && (definition.valueSerde.deserialize(changelogTopic, record.value) as V);
    const entry = this.#rows.set(text, value == null ? undefined : { value, timestamp: record.timestamp });
    entry.forwarded = entry.value;
  }

  close(): void {
    this.#rows.close();
  }

  /** The store as a processor sees it. */
  forProcessor(): KeyValueStore<K, V> {
    return {
      name: this.name,
      get: (key) => {
        const waiting = this.prepare(key);
        return waiting ? waiting.then(() => this.get(key)?.value) : this.get(key)?.value;
      },
      put: (key, value) => {
        this.put(key, value, this.#environment.timestamp());
      },
      entries: async () => (await this.#allRows()).map(([key, row]) => [key, row.value] as const),
    };
  }

  /** The store as an interactive query sees it. */
  forQueries(): ReadOnlyKeyValueStore<K, V> {
    return {
      name: this.name,
      get: async (key) => {
        await this.prepare(key);
        return this.get(key);
      },
      entries: () => this.#allRows(),
    };
  }

  async #allRows(): Promise<(readonly [K, ValueAndTimestamp<V>])[]> {
    const rows = await this.#rows.scan({ from: '', to: undefined });
    return rows.map(([text, row]) => [this.#keys.key(text), row] as const);
  }
}
