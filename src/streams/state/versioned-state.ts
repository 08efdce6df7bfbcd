import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { WriteBatch } from './engine.ts';
import { readInt64 } from '../../base/int64.ts';
import { prefixRange } from './key-prefix.ts';
import { KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireVersion } from './state-format.ts';
import { QUERY_PAGE_BYTES, StateMap, type ValueCodec } from './state-map.ts';
import { eachOf } from './pages.ts';
import type { PutResult, TableState } from './states.ts';
import type { ReadOnlyKeyValueStore, StoreRange, ValueAndTimestamp } from './store.ts';
import type { VersionedStoreDefinition } from './store-definition.ts';
import { ValueCopies } from './value-copies.ts';

/** A value from `timestamp` on; null: deleted then. */
interface Version<V> {
  readonly timestamp: number;
  readonly value: V | null;
}

interface Unlogged<V> extends Version<V> {
  readonly keyText: string;
}

/**
 * A table with history (KIP-889): all versions of a key within the retention are one value, newest first. Writes are
 * ordered by their times, not by their arrival; those older than the retention are rejected.
 */
export class ManagedVersionedState<K, V> implements TableState<K, V>, ManagedStore {
  readonly definition: VersionedStoreDefinition<unknown, unknown>;
  readonly versioned = true;
  readonly cached = false;
  readonly copies: ValueCopies<V>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #valueSerde: Serde<V>;
  readonly #versions: StateMap<readonly Version<V>[]>;
  #unlogged: Unlogged<V>[] = [];
  readonly #time: StoreEnvironment['storeTime'];

  constructor(definition: VersionedStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#time = environment.storeTime;
    this.#valueSerde = definition.valueSerde;
    this.copies = new ValueCopies(definition.valueSerde, environment.changelogTopic);
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    const codec = versionsCodec(definition.valueSerde, environment.changelogTopic);
    this.#versions = new StateMap({ ...environment, codec });
  }

  get name(): string {
    return this.definition.name;
  }

  onFlush(): void {}

  load(key: K): Promise<void> | undefined {
    return this.#versions.load(this.#keys.text(key));
  }

  prefetch(keyText: string): void {
    this.#versions.prefetch(keyText);
  }

  peek(key: K): ValueAndTimestamp<V> | undefined {
    return this.get(key);
  }

  apart(_key: K, value: V): V {
    return this.copies.copy(value);
  }

  get(key: K): ValueAndTimestamp<V> | undefined {
    return rowOf(this.#versions.get(this.#keys.text(key))?.[0]);
  }

  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | undefined {
    const versions = this.#versions.get(this.#keys.text(key)) ?? [];
    const found = versions.findIndex((version) => version.timestamp <= timestamp);
    if (found < 0) return undefined;
    const validTo = versions[found - 1]?.timestamp;
    // History goes back by the retention; the latest version is never too old to be seen.
    if (validTo !== undefined && timestamp < this.#time.value - this.definition.historyRetentionMs) {
      return undefined;
    }
    return rowOf(versions[found]);
  }

  put(key: K, value: V | null, timestamp: number): PutResult {
    this.#time.value = Math.max(this.#time.value, timestamp);
    if (timestamp < this.#time.value - this.definition.historyRetentionMs) return 'rejected';
    const keyText = this.#keys.text(key);
    const latest = this.#insert(keyText, { timestamp, value: value ?? null });
    if (this.definition.loggingEnabled) this.#unlogged.push({ keyText, timestamp, value: value ?? null });
    return latest ? 'latest' : 'not-latest';
  }

  #insert(keyText: string, version: Version<V>): boolean {
    const versions = (this.#versions.get(keyText) ?? []).filter(
      (each) => each.timestamp !== version.timestamp,
    );
    let at = 0;
    while (at < versions.length && (versions[at]?.timestamp ?? 0) > version.timestamp) at++;
    versions.splice(at, 0, version);
    const oldest = this.#time.value - this.definition.historyRetentionMs;
    // The version that was valid when the history begins stays; what came before it goes.
    const last = versions.findIndex((each) => each.timestamp <= oldest);
    if (last >= 0) versions.length = last + 1;
    this.#versions.set(
      keyText,
      versions.every((each) => each.value === null) && versions.length === 1 && last === 0
        ? undefined
        : versions,
    );
    return at === 0;
  }

  open(): void {}

  loadPrefetched(): Promise<void> | undefined {
    return this.#versions.loadPrefetched();
  }

  logChanges(log: ChangeLog): void {
    for (const { keyText, timestamp, value } of this.#unlogged) {
      const bytes =
        value === null ? null : this.#valueSerde.serialize(this.#environment.changelogTopic, value);
      log({ key: Buffer.from(keyText, 'latin1'), value: bytes, timestamp, headers: NO_HEADERS });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#versions.writeTo(batch);
  }

  committed(): void {
    this.#versions.committed();
    this.#unlogged = [];
  }

  evict(): void {
    this.#versions.evict();
  }

  expire(): void {}

  prefetchForRestore(record: ChangelogRecord): void {
    this.#versions.prefetch(record.key.toString('latin1'));
  }

  restore(record: ChangelogRecord): void {
    const keyText = record.key.toString('latin1');
    const value =
      record.value && this.#valueSerde.deserialize(this.#environment.changelogTopic, record.value);
    this.#time.value = Math.max(this.#time.value, record.timestamp);
    void this.#versions.load(keyText);
    this.#insert(keyText, { timestamp: record.timestamp, value });
  }

  close(): void {
    this.#versions.close();
  }

  /** The latest versions, as an interactive query sees them. */
  forQueries(): ReadOnlyKeyValueStore<K, V> {
    const { queryIsolation } = this.#environment;
    return {
      name: this.name,
      get: async (key) => {
        if (queryIsolation === 'read_committed') {
          const versions = await this.#versions.getCommitted(this.#keys.text(key));
          return rowOf(versions?.[0]);
        }
        await this.load(key);
        return this.get(key);
      },
      entries: () => eachOf(this.#pages()),
      range: (keys) => eachOf(this.#pages({ keys })),
      reverseAll: () => eachOf(this.#pages({ keys: {}, descending: true })),
      reverseRange: (keys) => eachOf(this.#pages({ keys, descending: true })),
      approximateNumEntries: () => this.#count(),
      prefixScan: (prefix, serde) => eachOf(this.#pages(prefixRange(prefix, serde))),
      pages: (range) => this.#pages(range),
    };
  }

  async *#pages(
    range?: StoreRange<K>,
  ): AsyncGenerator<readonly (readonly [K, ValueAndTimestamp<V>])[], void> {
    const { queryIsolation } = this.#environment;
    const keys = this.#keys.rangeOf(range);
    for await (const rows of this.#versions.pages(keys, QUERY_PAGE_BYTES, queryIsolation)) {
      yield this.#latest(rows);
    }
  }

  /** Keys whose latest version is a deletion are in the store still, and do not count. */
  async #count(): Promise<number> {
    let count = 0;
    for await (const rows of this.#pages()) count += rows.length;
    return count;
  }

  #latest(rows: readonly (readonly [string, readonly Version<V>[]])[]): [K, ValueAndTimestamp<V>][] {
    return rows.flatMap(([text, versions]) => {
      const row = rowOf(versions[0]);
      return row ? [[this.#keys.key(text), row] satisfies [K, ValueAndTimestamp<V>]] : [];
    });
  }
}

function rowOf<V>(version: Version<V> | undefined): ValueAndTimestamp<V> | undefined {
  if (version === undefined || version.value === null) return undefined;
  return { value: version.value, timestamp: version.timestamp };
}

const FORMAT_VERSION = 1;
const DELETED = 0xffffffff;

/** Versions of one key: a version byte, then for each its time, the value's length (2^32-1: deleted) and the value. */
function versionsCodec<V>(serde: Serde<V>, topic: string): ValueCodec<readonly Version<V>[]> {
  return {
    write(rows, versions) {
      rows.appendByte(FORMAT_VERSION);
      for (const version of versions) {
        const value = version.value === null ? null : serde.serialize(topic, version.value);
        rows.appendInt64(version.timestamp);
        rows.appendInt32(value === null ? DELETED : value.length);
        if (value !== null) rows.append(value, 0, value.length);
      }
    },
    decode(bytes) {
      requireVersion(bytes, FORMAT_VERSION, topic);
      const versions: Version<V>[] = [];
      for (let at = 1; at < bytes.length; ) {
        const timestamp = readInt64(bytes, at);
        const length = bytes.readUInt32BE(at + 8);
        at += 12;
        if (length === DELETED) {
          versions.push({ timestamp, value: null });
          continue;
        }
        versions.push({ timestamp, value: serde.deserialize(topic, bytes.subarray(at, at + length)) });
        at += length;
      }
      return versions;
    },
  };
}
