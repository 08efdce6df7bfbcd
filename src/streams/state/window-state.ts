import type { KeyRange, WriteBatch } from './engine.ts';
import type { IsolationLevel } from '../../client/types.ts';
import { readInt64 } from '../../base/int64.ts';
import { putLatin1 } from '../../base/short-text.ts';
import { int64OfText, int64Text, KeyCodec } from './key-codec.ts';
import type {
  ChangeLog,
  ChangelogBytes,
  ChangelogRecord,
  DirectRestore,
  ManagedStore,
  PendingChanges,
  StoreEnvironment,
  UnwritableValue,
} from './managed-store.ts';
import type { RowBlock } from './row-block.ts';
import { requireKeySuffix } from './state-format.ts';
import { QUERY_PAGE_BYTES, type StateMap } from './state-map.ts';
import { eachOf, mapPages, type RowPages } from './pages.ts';
import type { FlushListener, WindowRow, WindowState } from './states.ts';
import type {
  ReadOnlyWindowStore,
  ValueAndTimestamp,
  WindowEntry,
  WindowRange,
  WindowScan,
} from './store.ts';
import type { WindowStoreDefinition } from './store-definition.ts';
import { TimestampedRows } from './timestamped-rows.ts';
import type { ValueCopies } from './value-copies.ts';

/** A row's key begins with the window's start. */
const START_BYTES = 8;
/** In the changelog the start follows the key, and then a number of four bytes. */
const KEY_SUFFIX_BYTES = START_BYTES + 4;

function keysIn({ fromMs, toMs }: WindowRange): KeyRange {
  return { from: int64Text(fromMs), to: int64Text(toMs + 1) };
}

const ALL_TIMES: WindowRange = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER - 1 };

interface WindowKey<K> {
  readonly key: K;
  readonly startMs: number;
}

/**
 * A time-windowed table's rows. Locally a row's key is the window's start, then the record's key: a window is a point
 * read, windows close and expire as ranges, and RocksDB sees neighbours in time together. In the changelog it is the
 * record's key, the start and a sequence number (always 0), as Kafka Streams writes it.
 */
export class ManagedWindowState<K, V> implements WindowState<K, V>, ManagedStore {
  readonly definition: WindowStoreDefinition<unknown, unknown>;
  readonly direct: DirectRestore;
  readonly #changelogTopic: string;
  readonly #hidesExpired: boolean;
  readonly #queryIsolation: IsolationLevel;
  readonly #keys: KeyCodec<K>;
  readonly #table: TimestampedRows<WindowKey<K>, V>;
  readonly #rows: StateMap<ValueAndTimestamp<V>>;
  #observedStreamTime = -1;
  /** What it was at the last commit, where it has gone on since. */
  #committedStreamTime: number | undefined;
  #expiredUntil = 0;
  #keptFrom: () => number = () => Number.POSITIVE_INFINITY;

  constructor(definition: WindowStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#changelogTopic = environment.changelogTopic;
    this.#hidesExpired = environment.hidesExpired;
    this.#queryIsolation = environment.queryIsolation;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#table = new TimestampedRows(definition, environment, {
      keyOf: (key, { startMs }) => ({ key: this.#keys.key(key), startMs }),
      changelogKeyOf: (key, { start }) => changelogKey(key, start),
    });
    this.#rows = this.#table.map;
    this.direct = this.#table.direct((rows, record) => this.#appendKey(rows, record));
  }

  get name(): string {
    return this.definition.name;
  }

  get cached(): boolean {
    return this.definition.cachingEnabled;
  }

  onFlush(listener: FlushListener<WindowKey<K>, V>): void {
    this.#table.onFlush(listener);
  }

  load(key: K, startMs: number): Promise<void> | undefined {
    return this.#rows.load(this.#keys.text(key), this.#rows.segmentAt(startMs));
  }

  prefetch(keyText: string, startMs: number): void {
    this.#rows.prefetch(keyText, this.#rows.segmentAt(startMs));
  }

  get(key: K, startMs: number): ValueAndTimestamp<V> | undefined {
    return this.#table.show(this.#keys.text(key), this.#rows.segmentAt(startMs));
  }

  peek(key: K, startMs: number): ValueAndTimestamp<V> | undefined {
    return this.#rows.get(this.#keys.text(key), this.#rows.segmentAt(startMs));
  }

  get copies(): ValueCopies<V> {
    return this.#table.copies;
  }

  apart(key: K, startMs: number, value: V): V {
    return this.#table.apart(this.#rows.entry(this.#keys.text(key), this.#rows.segmentAt(startMs)), value);
  }

  put(key: K, startMs: number, value: V | null, timestamp: number): void {
    this.#committedStreamTime ??= this.#observedStreamTime;
    this.#observedStreamTime = Math.max(this.#observedStreamTime, startMs);
    this.#table.put(this.#keys.text(key), { value, timestamp }, this.#rows.segmentAt(startMs));
  }

  keepFrom(startMs: () => number): void {
    this.#keptFrom = startMs;
  }

  /** The rows of windows that begin in the range, by start and key, however long ago they have left the retention. */
  read(range: WindowRange): RowPages<WindowRow<K, V>> {
    const keys = this.#hidesExpired ? this.#keysOf(range, this.#observedStreamTime) : keysIn(range);
    const rows = this.#rows.read(keys, QUERY_PAGE_BYTES);
    return mapPages(rows, ([text, row]) => this.#rowOf(text, row));
  }

  takePending(): PendingChanges {
    return this.#table.takePending();
  }

  /** The last window that is there tells the time that the store had come to. */
  open(): void | Promise<void> {
    const learn = (last: string | undefined): void => {
      if (last !== undefined) this.#observedStreamTime = int64OfText(last, 0);
    };
    const last = this.#rows.learnEnd();
    return last instanceof Promise ? last.then(learn) : learn(last);
  }

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
    this.#committedStreamTime = undefined;
  }

  evict(): void {
    this.#rows.evict();
  }

  /** Drops all windows that begin before the retention, a good part of it at a time. */
  expire(): void | Promise<void> {
    const { retentionMs } = this.definition;
    const until = Math.min(this.#observedStreamTime - retentionMs, this.#keptFrom());
    if (until - this.#expiredUntil < Math.max(retentionMs / 2, 60_000)) return;
    const from = this.#expiredUntil;
    this.#expiredUntil = until;
    return this.#rows.clear({ from: int64Text(from), to: int64Text(until) });
  }

  prefetchForRestore(record: ChangelogRecord): void {
    requireKeySuffix(record.key.length, KEY_SUFFIX_BYTES, this.#changelogTopic);
    this.#table.checkValue(record.value?.length ?? -1);
  }

  restore(record: ChangelogRecord): void {
    const startMs = this.#startOfChangelog(record.key);
    const key = record.key.toString('latin1', 0, record.key.length - KEY_SUFFIX_BYTES);
    this.#table.restore(key, record, this.#rows.segmentAt(startMs));
  }

  close(): void {
    this.#rows.close();
  }

  /** The store as an interactive query sees it. */
  forQueries(): ReadOnlyWindowStore<K, V> {
    return {
      name: this.name,
      fetch: (key, range) => this.#fetch(key, { range }),
      backwardFetch: (key, range) => this.#fetch(key, { range, descending: true }),
      entries: () => eachOf(this.#pages()),
      fetchAll: (range) => eachOf(this.#pages({ range })),
      backwardAll: () => eachOf(this.#pages({ descending: true })),
      backwardFetchAll: (range) => eachOf(this.#pages({ range, descending: true })),
      pages: (scan) => this.#pages(scan),
    };
  }

  async #fetch(key: K, scan: WindowScan): Promise<readonly WindowEntry<K, V>[]> {
    const text = this.#keys.text(key);
    const found: WindowEntry<K, V>[] = [];
    for await (const rows of this.#pages(scan))
      found.push(...rows.filter((row) => this.#keys.text(row.key) === text));
    return found;
  }

  async *#pages({
    range = ALL_TIMES,
    descending,
  }: WindowScan = {}): AsyncGenerator<readonly WindowEntry<K, V>[], void> {
    const isolation = this.#queryIsolation;
    const committed = isolation === 'read_committed' ? this.#committedStreamTime : undefined;
    const keys = { ...this.#keysOf(range, committed ?? this.#observedStreamTime), descending };
    for await (const rows of this.#rows.pages(keys, QUERY_PAGE_BYTES, isolation)) {
      yield rows.map(([text, row]) => this.#entryOf(this.#rowOf(text, row)));
    }
  }

  /** Windows that have left the retention are not among them, whether or not their rows were deleted yet. */
  #keysOf(range: WindowRange, streamTime: number): KeyRange {
    const kept = streamTime - this.definition.retentionMs;
    return keysIn({ fromMs: Math.max(0, range.fromMs, kept), toMs: range.toMs });
  }

  #startOfChangelog(key: Buffer): number {
    const startMs = readInt64(key, key.length - KEY_SUFFIX_BYTES);
    this.#observedStreamTime = Math.max(this.#observedStreamTime, startMs);
    return startMs;
  }

  /** Appends the row's key of a changelog record. */
  #appendKey(rows: RowBlock, { bytes, keyStart, keyLength }: ChangelogBytes): void {
    requireKeySuffix(keyLength, KEY_SUFFIX_BYTES, this.#changelogTopic);
    const keyEnd = keyStart + keyLength - KEY_SUFFIX_BYTES;
    this.#observedStreamTime = Math.max(this.#observedStreamTime, readInt64(bytes, keyEnd));
    rows.append(bytes, keyEnd, keyEnd + START_BYTES);
    rows.append(bytes, keyStart, keyEnd);
  }

  #rowOf(text: string, { value, timestamp }: ValueAndTimestamp<V>): WindowRow<K, V> {
    return { ...this.#keyOf(text), value, timestamp };
  }

  #entryOf(row: WindowRow<K, V>): WindowEntry<K, V> {
    return { ...row, endMs: row.startMs + this.definition.windowSizeMs };
  }

  #keyOf(text: string): WindowKey<K> {
    return { startMs: int64OfText(text, 0), key: this.#keys.key(text.slice(8)) };
  }
}

function changelogKey(key: string, start: string): Buffer {
  const { length } = key;
  const bytes = Buffer.allocUnsafe(length + 12);
  putLatin1(bytes, 0, key);
  putLatin1(bytes, length, start);
  bytes.fill(0, length + 8);
  return bytes;
}
