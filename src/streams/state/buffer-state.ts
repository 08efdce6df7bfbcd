import { readInt64, writeInt64 } from '../../base/int64.ts';
import { type Header, NO_HEADERS } from '../record.ts';
import { windowEndOf } from '../windows/windowed.ts';
import {
  beginsWithTime,
  BufferedCodec,
  ORDER_BYTES,
  orderOf,
  TIME_FIRST,
  timeAtBeginning,
} from './buffered-codec.ts';
import { CacheBudget } from './cache-budget.ts';
import type { StoredValues, WriteBatch } from './engine.ts';
import { int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion, unknownFormat } from './state-format.ts';
import type { Buffered, BufferState } from './states.ts';
import type { BufferStoreDefinition } from './store-definition.ts';
import { TimeOrderedRows } from './time-ordered-rows.ts';
import { UncommittedRows } from './uncommitted-rows.ts';
import { WaitingTimes } from './waiting-times.ts';

const VERSION_HEADER_KEY = 'v';
const VERSION = 3;
const VERSION_HEADER: readonly Header[] = Object.freeze([
  { key: VERSION_HEADER_KEY, value: Buffer.of(VERSION) },
]);
/** What keys in the engine begin with: of the next order, of times by changelog key, of rows by time and changelog key. */
const ORDER = '\u0000';
const TIMES = '\u0001';
const ROWS = '\u0002';
/** A row's key begins with its time. */
const TIME_BYTES = 8;
/** Kafka Streams' order has 31 bits, and begins anew. */
const ORDER_END = 2 ** 31;

/**
 * Records that wait, by time and then by their keys in the changelog: {@link TimeOrderedRows}, but for a buffer with a limit of its own, which
 * is in memory whole. Without `perKey` (the buffer of a join with grace) a key may wait several times; then the changelog is that of
 * Kafka Streams' RocksDBTimeOrderedKeyValueBuffer.
 */
export class ManagedBufferState<K, V> implements BufferState<K, V>, ManagedStore {
  readonly definition: BufferStoreDefinition<unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #codec: BufferedCodec<K, V>;
  readonly #uncommitted = new UncommittedRows<Buffered<K, V>>();
  readonly #rows: TimeOrderedRows<Buffered<K, V>>;
  /** Of changelog keys that do not tell it. */
  readonly #times: WaitingTimes;
  #mayNeedTimes: boolean;
  #sizeBytes = 0;
  #order = 0;
  #writtenOrder = 0;
  /** The last answer of {@link ManagedBufferState.#rowKey}, and to what. */
  #last = { timeMs: -1, changelogKey: '', rowKey: '' };

  constructor(definition: BufferStoreDefinition<K, unknown>, environment: StoreEnvironment) {
    const { perKey, limited, keyTellsTime, keySerde, valueSerde } = definition;
    const { engine, prefix, budget, changelogTopic: topic } = environment;
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(keySerde, topic);
    const codec = new BufferedCodec<K, V>({ perKey, keys: this.#keys, valueSerde, topic });
    this.#codec = codec;
    this.#times = new WaitingTimes(engine, prefix + TIMES);
    this.#mayNeedTimes = perKey && !keyTellsTime;
    this.#rows = new TimeOrderedRows({
      engine,
      prefix: prefix + ROWS,
      codec: {
        encode: (_key, row) => codec.encode(row),
        decode: (key, bytes) => codec.decode(key.slice(TIME_BYTES), bytes),
      },
      budget: limited ? new CacheBudget(Number.POSITIVE_INFINITY) : budget,
      uncommitted: this.#uncommitted,
      onRead: (key, row) => this.#note(key, row),
      onSpilled: (key) => this.#times.delete(key.slice(TIME_BYTES)),
    });
  }

  get name(): string {
    return this.definition.name;
  }

  get recordCount(): number {
    return this.#rows.count;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get timeMin(): number {
    return this.#rows.timeMin;
  }

  load(key: K): Promise<void> | undefined {
    if (!this.#rows.hasSpilled) return undefined;
    const changelogKey = this.#keys.text(key);
    const timeMs = this.#timeOf(key, changelogKey);
    if (timeMs !== undefined) return this.#rows.load(this.#rowKey(timeMs, changelogKey));
    const loadRow = (time: number | undefined): Promise<void> | undefined => {
      if (time === undefined) return undefined;
      const rowKey = this.#rowKey(time, changelogKey);
      // What has left the buffer since the last commit has a time in the engine still.
      const admit = (): void => {
        if (this.#rows.get(rowKey) !== undefined) this.#times.set(changelogKey, time);
      };
      const loading = this.#rows.load(rowKey);
      if (loading) return loading.then(admit);
      admit();
      return undefined;
    };
    const reading = this.#times.read(changelogKey);
    return reading instanceof Promise ? reading.then(loadRow) : loadRow(reading);
  }

  get(key: K): Buffered<K, V> | undefined {
    const changelogKey = this.#keys.text(key);
    const timeMs = this.#timeOf(key, changelogKey);
    return timeMs === undefined ? undefined : this.#rows.get(this.#rowKey(timeMs, changelogKey));
  }

  put(entry: Buffered<K, V>): void {
    const changelogKey = this.#changelogKeyOf(entry);
    const rowKey = this.#rowKey(entry.time, changelogKey);
    this.#sizeBytes += this.#sizeOf(rowKey, entry) - this.#sizeOf(rowKey, this.#rows.get(rowKey));
    this.#rows.put(rowKey, entry);
    if (this.#mayNeedTimes && this.definition.perKey) this.#times.set(changelogKey, entry.time);
  }

  loadFirst(): Promise<void> | undefined {
    return this.#rows.loadFirst();
  }

  take(): Buffered<K, V> | undefined {
    const rowKey = this.#rows.first();
    const entry = rowKey === undefined ? undefined : this.#rows.get(rowKey);
    if (rowKey === undefined || entry === undefined) return undefined;
    this.#delete(rowKey, entry.timestamp);
    return entry;
  }

  open(): void | Promise<void> {
    const { engine, prefix } = this.#environment;
    const admitOrder = ([bytes]: StoredValues): void => {
      if (bytes !== undefined) this.#order = this.#writtenOrder = readInt64(bytes, 0);
    };
    const admitTimes = (exist: boolean): void => {
      this.#mayNeedTimes ||= exist;
    };
    const openRows = (): void | Promise<void> => {
      const opening = this.#rows.open();
      if (!this.definition.limited) return opening;
      return opening instanceof Promise ? opening.then(() => this.#rows.loadAll()) : this.#rows.loadAll();
    };
    if (this.definition.perKey) return openRows();
    const [order, exist] = [engine.getMany([prefix + ORDER]), this.#times.exist()];
    if (!(order instanceof Promise) && !(exist instanceof Promise)) {
      admitOrder(order);
      admitTimes(exist);
      return openRows();
    }
    return Promise.all([order, exist]).then(([orderRead, timesExist]) => {
      admitOrder(orderRead);
      admitTimes(timesExist);
      return openRows();
    });
  }

  loadPrefetched(): Promise<void> | undefined {
    return this.#times.loadPrefetched();
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.#uncommitted.entries) {
      const { row, rows, key, changedAt } = entry;
      const changelogKey = key.slice(TIME_BYTES);
      // It waits anew, under another time.
      if (row === undefined && this.#times.has(changelogKey)) continue;
      log({
        key: Buffer.from(changelogKey, 'latin1'),
        value: rows.encode(entry) ?? null,
        timestamp: row?.timestamp ?? changedAt,
        headers: row && this.definition.perKey ? VERSION_HEADER : NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#uncommitted.writeTo(batch);
    if (this.#mayNeedTimes) this.#writeTimes(batch);
    if (this.#order === this.#writtenOrder) return;
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, 0, this.#order);
    batch.put(this.#environment.prefix + ORDER, bytes);
    this.#writtenOrder = this.#order;
  }

  committed(): void {
    this.#uncommitted.committed();
  }

  evict(): void {
    this.#rows.evict();
  }

  expire(): void {}

  prefetchForRestore({ key, value, headers }: ChangelogRecord): void {
    const topic = this.#environment.changelogTopic;
    const header = headers.find((each) => each.key === VERSION_HEADER_KEY);
    if (value !== null) {
      // What Kafka Streams lets wait for a join has no version, but a key that nobody else writes.
      if (header === undefined && !this.definition.perKey) {
        requireKeySuffix(key.length, TIME_FIRST.length + TIME_BYTES + ORDER_BYTES, topic);
        if (key[0] !== TIME_FIRST.charCodeAt(0))
          throw unknownFormat(topic, 'a key does not begin with a time');
      } else requireVersion(header?.value ?? Buffer.alloc(0), VERSION, topic);
    }
    if (this.#mayNeedTimes && this.#rows.hasSpilled) this.#times.prefetch(key.toString('latin1'));
  }

  restore({ key, value, timestamp }: ChangelogRecord): void {
    const changelogKey = key.toString('latin1');
    const before = this.#times.get(changelogKey);
    if (value === null) {
      const timeMs = before ?? this.#timeToldBy(changelogKey);
      if (timeMs !== undefined) this.#delete(this.#rowKey(timeMs, changelogKey), timestamp);
      return;
    }
    const entry = this.#codec.decode(changelogKey, value);
    const rowKey = this.#rowKey(entry.time, changelogKey);
    if (before !== undefined && before !== entry.time)
      this.#delete(this.#rowKey(before, changelogKey), timestamp);
    this.#sizeBytes -= this.#sizeOf(rowKey, this.#rows.get(rowKey));
    this.#rows.put(rowKey, entry);
    this.#note(rowKey, entry);
  }

  close(): void {
    this.#rows.close();
    this.#times.clear();
  }

  #changelogKeyOf({ key, time }: Buffered<K, V>): string {
    const text = this.#keys.text(key);
    if (this.definition.perKey) return text;
    const order = int64Text(this.#order).slice(-ORDER_BYTES);
    this.#order = (this.#order + 1) % ORDER_END;
    return TIME_FIRST + int64Text(time) + text + order;
  }

  #rowKey(timeMs: number, changelogKey: string): string {
    const last = this.#last;
    if (timeMs !== last.timeMs || changelogKey !== last.changelogKey) {
      const time = timeMs === last.timeMs ? last.rowKey.slice(0, TIME_BYTES) : int64Text(timeMs);
      this.#last = { timeMs, changelogKey, rowKey: time + changelogKey };
    }
    return this.#last.rowKey;
  }

  /** The time at which a key waits, as far as it is known. */
  #timeOf(key: K, changelogKey: string): number | undefined {
    return this.definition.keyTellsTime ? windowEndOf(key) : this.#times.get(changelogKey);
  }

  #timeToldBy(changelogKey: string): number | undefined {
    const { perKey, keyTellsTime } = this.definition;
    if (keyTellsTime) return windowEndOf(this.#keys.key(changelogKey));
    return perKey ? undefined : timeAtBeginning(changelogKey);
  }

  #tellsTime(changelogKey: string, timeMs: number): boolean {
    const { perKey, keyTellsTime } = this.definition;
    return perKey ? keyTellsTime : beginsWithTime(changelogKey, timeMs);
  }

  /** A row has come to memory, from the engine or the changelog. */
  #note(rowKey: string, row: Buffered<K, V>): void {
    this.#sizeBytes += this.#sizeOf(rowKey, row);
    const changelogKey = rowKey.slice(TIME_BYTES);
    if (!this.definition.perKey) {
      const order = orderOf(changelogKey, row.time);
      // No later record may have the number of one that waits already: it would take its place.
      this.#order = Math.max(this.#order, order + 1) % ORDER_END;
    }
    if (this.#tellsTime(changelogKey, row.time)) return;
    this.#mayNeedTimes = true;
    this.#times.set(changelogKey, row.time);
  }

  /** Kafka Streams counts key, time and the serialized entry. */
  #sizeOf(rowKey: string, row: Buffered<K, V> | undefined): number {
    return this.definition.bounded && row !== undefined ? rowKey.length + this.#codec.encode(row).length : 0;
  }

  #delete(rowKey: string, timestamp: number): void {
    this.#sizeBytes -= this.#sizeOf(rowKey, this.#rows.get(rowKey));
    this.#rows.delete(rowKey, timestamp);
    if (this.#mayNeedTimes) this.#times.delete(rowKey.slice(TIME_BYTES));
  }

  #writeTimes(batch: WriteBatch): void {
    for (const { key, row, stored } of this.#uncommitted.entries) {
      const changelogKey = key.slice(TIME_BYTES);
      const timeMs = row?.time;
      if (timeMs === undefined) {
        if (!this.#times.has(changelogKey)) this.#times.writeTo(batch, changelogKey, undefined);
      } else if (!stored && !this.#tellsTime(changelogKey, timeMs))
        this.#times.writeTo(batch, changelogKey, timeMs);
    }
  }
}
