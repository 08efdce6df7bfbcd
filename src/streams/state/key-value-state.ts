import { latin1Bytes } from '../../base/short-text.ts';
import type { IsolationLevel } from '../../client/types.ts';
import { KeyCodec } from './key-codec.ts';
import { prefixRange } from './key-prefix.ts';
import type {
  ChangeLog,
  ChangelogRecord,
  DirectRestore,
  ManagedStore,
  PendingChanges,
  StoreEnvironment,
  UnwritableValue,
} from './managed-store.ts';
import type { WriteBatch } from './engine.ts';
import { QUERY_PAGE_BYTES, type StateMap } from './state-map.ts';
import { eachOf } from './pages.ts';
import type { FlushListener, PutResult, TableState } from './states.ts';
import type { KeyValueStore, ReadOnlyKeyValueStore, StoreRange, ValueAndTimestamp } from './store.ts';
import type { KeyValueStoreDefinition } from './store-definition.ts';
import { TimestampedRows } from './timestamped-rows.ts';
import type { ValueCopies } from './value-copies.ts';

/** A table's rows, or a processor's own key-value store. */
export class ManagedKeyValueState<K, V> implements TableState<K, V>, ManagedStore {
  readonly definition: KeyValueStoreDefinition<unknown, unknown>;
  readonly versioned = false;
  readonly direct: DirectRestore;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #table: TimestampedRows<K, V>;
  readonly #rows: StateMap<ValueAndTimestamp<V>>;

  constructor(definition: KeyValueStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#table = new TimestampedRows(definition, environment, {
      keyOf: (text) => this.#keys.key(text),
      changelogKeyOf: latin1Bytes,
    });
    this.#rows = this.#table.map;
    this.direct = this.#table.direct((rows, { bytes, keyStart, keyLength }) =>
      rows.append(bytes, keyStart, keyStart + keyLength),
    );
  }

  get name(): string {
    return this.definition.name;
  }

  get cached(): boolean {
    return this.definition.cachingEnabled;
  }

  onFlush(listener: FlushListener<K, V>): void {
    this.#table.onFlush(listener);
  }

  load(key: K): Promise<void> | undefined {
    return this.#rows.load(this.#keys.text(key));
  }

  prefetch(keyText: string): void {
    this.#rows.prefetch(keyText);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return this.#table.show(this.#keys.text(key));
  }

  peek(key: K): ValueAndTimestamp<V> | undefined {
    return this.#rows.get(this.#keys.text(key));
  }

  get copies(): ValueCopies<V> {
    return this.#table.copies;
  }

  apart(key: K, value: V): V {
    return this.#table.apart(this.#rows.entry(this.#keys.text(key)), value);
  }

  getAsOf(key: K): ValueAndTimestamp<V> | undefined {
    return this.get(key);
  }

  put(key: K, value: V | null, timestamp: number): PutResult {
    this.#table.put(this.#keys.text(key), { value, timestamp });
    return 'latest';
  }

  takePending(): PendingChanges {
    return this.#table.takePending();
  }

  open(): void {}

  loadPrefetched(): Promise<void> | undefined {
    return this.#rows.loadPrefetched();
  }

  takeBackUnwritable(onFound: (value: UnwritableValue) => void): void | Promise<void> {
    return this.#table.takeBackUnwritable(onFound);
  }

  logChanges(log: ChangeLog): void {
    this.#table.logChanges(log);
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

  prefetchForRestore({ value }: ChangelogRecord): void {
    this.#table.checkValue(value?.length ?? -1);
  }

  restore(record: ChangelogRecord): void {
    this.#table.restore(record.key.toString('latin1', 0, record.key.length), record);
  }

  close(): void {
    this.#rows.close();
  }

  /** The store as a processor sees it. */
  forProcessor(): KeyValueStore<K, V> {
    return {
      name: this.name,
      get: (key) => {
        const waiting = this.load(key);
        return waiting ? waiting.then(() => this.get(key)?.value) : this.get(key)?.value;
      },
      put: (key, value) => {
        this.put(key, value, this.#environment.timestamp());
      },
      entries: () => this.#values(),
      putIfAbsent: (key, value) => {
        const waiting = this.load(key);
        return waiting ? waiting.then(() => this.#putIfAbsent(key, value)) : this.#putIfAbsent(key, value);
      },
      putAll: (entries) => {
        for (const [key, value] of entries) this.put(key, value, this.#environment.timestamp());
      },
      range: (keys) => this.#values({ keys }),
      reverseAll: () => this.#values({ keys: {}, descending: true }),
      reverseRange: (keys) => this.#values({ keys, descending: true }),
      approximateNumEntries: () => this.#rows.count(QUERY_PAGE_BYTES, 'read_uncommitted'),
      prefixScan: (prefix, serde) => this.#values(prefixRange(prefix, serde)),
    };
  }

  /** The store as an interactive query sees it. */
  forQueries(): ReadOnlyKeyValueStore<K, V> {
    const { queryIsolation } = this.#environment;
    return {
      name: this.name,
      get: async (key) => {
        if (queryIsolation === 'read_committed') return this.#rows.getCommitted(this.#keys.text(key));
        await this.load(key);
        return this.get(key);
      },
      entries: () => eachOf(this.#pages(queryIsolation)),
      range: (keys) => eachOf(this.#pages(queryIsolation, { keys })),
      reverseAll: () => eachOf(this.#pages(queryIsolation, { keys: {}, descending: true })),
      reverseRange: (keys) => eachOf(this.#pages(queryIsolation, { keys, descending: true })),
      approximateNumEntries: () => this.#rows.count(QUERY_PAGE_BYTES, queryIsolation),
      prefixScan: (prefix, serde) => eachOf(this.#pages(queryIsolation, prefixRange(prefix, serde))),
      pages: (range) => this.#pages(queryIsolation, range),
    };
  }

  #putIfAbsent(key: K, value: V | null): V | undefined {
    const known = this.get(key)?.value;
    if (known === undefined) this.put(key, value, this.#environment.timestamp());
    return known;
  }

  async *#pages(
    isolation: IsolationLevel,
    range?: StoreRange<K>,
  ): AsyncGenerator<readonly (readonly [K, ValueAndTimestamp<V>])[], void> {
    for await (const rows of this.#rows.pages(this.#keys.rangeOf(range), QUERY_PAGE_BYTES, isolation)) {
      yield rows.map(([text, row]) => [this.#keys.key(text), row] as const);
    }
  }

  async *#values(range?: StoreRange<K>): AsyncGenerator<readonly [K, V], void> {
    for await (const page of this.#pages('read_uncommitted', range))
      for (const [key, { value }] of page) yield [key, value];
  }
}
