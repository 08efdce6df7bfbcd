import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import { fixedSizes } from '../serdes.ts';
import type {
  ChangeLog,
  ChangelogBytes,
  ChangelogRecord,
  DirectRestore,
  PendingChanges,
  StoreEnvironment,
  UnwritableValue,
} from './managed-store.ts';
import { RowBlock } from './row-block.ts';
import { bytesOfValue, rowCodec } from './row-codec.ts';
import { requireValueBytes } from './state-format.ts';
import type { StateEntry } from './state-entry.ts';
import { StateMap, type ValueCodec } from './state-map.ts';
import type { StateSegment } from './state-segment.ts';
import type { FlushListener } from './states.ts';
import type { ValueAndTimestamp } from './store.ts';
import { takeBackUnwritable } from './unwritable-entries.ts';
import { ValueCopies } from './value-copies.ts';

/** So many changes are pending before any are looked through. */
const PENDING_MIN = 1024;

/** How the keys of a store look outside its map, where they are those of a segment. */
interface RowKeys<K> {
  /** The key that a row is forwarded with. */
  readonly keyOf: (key: string, segment: StateSegment<unknown>) => K;
  /** The key of a row's changelog records. */
  readonly changelogKeyOf: (key: string, segment: StateSegment<unknown>) => Buffer;
}

/**
 * Rows of a value and its event time, which tables are made of, windowed or not: written back, logged, restored and, where
 * the store is cached, forwarded once per commit in the order of their last changes. Reads go to {@link TimestampedRows.map}
 * itself.
 */
export class TimestampedRows<K, V> {
  readonly map: StateMap<ValueAndTimestamp<V>>;
  readonly copies: ValueCopies<V>;
  readonly #codec: ValueCodec<ValueAndTimestamp<V>>;
  readonly #cached: boolean;
  readonly #valueSerde: Serde<V>;
  readonly #environment: StoreEnvironment;
  readonly #keys: RowKeys<K>;
  /** Of each value, where its serde makes all of them as long. */
  readonly #valueBytes: number | undefined;
  #listener: FlushListener<K, V> | undefined;
  /** The entry of each change; of an entry that stands here several times only the last place counts. */
  #pending: StateEntry<ValueAndTimestamp<V>>[] = [];
  #pendingMax = PENDING_MIN;

  constructor(
    definition: { readonly cachingEnabled: boolean; readonly valueSerde: Serde<V> },
    environment: StoreEnvironment,
    keys: RowKeys<K>,
  ) {
    this.#cached = definition.cachingEnabled;
    this.#valueSerde = definition.valueSerde;
    this.#environment = environment;
    this.#keys = keys;
    this.#valueBytes = fixedSizes.get(definition.valueSerde);
    this.copies = new ValueCopies(definition.valueSerde, environment.changelogTopic);
    const codec = (this.#codec = rowCodec(definition.valueSerde, environment.changelogTopic));
    this.map = new StateMap({ ...environment, codec });
  }

  onFlush(listener: FlushListener<K, V>): void {
    this.#listener = listener;
  }

  /** The row of a key, for somebody who may keep its value. */
  show(key: string, segment?: StateSegment<ValueAndTimestamp<V>>): ValueAndTimestamp<V> | undefined {
    const entry = this.map.entry(key, segment);
    if (entry !== undefined) entry.own = undefined;
    return this.map.get(key, segment);
  }

  /** Returns the value of a row to be changed in place: a copy, unless nobody else has had it since the last one. */
  apart(entry: StateEntry<ValueAndTimestamp<V>> | undefined, value: V): V {
    if (!this.#cached || entry === undefined) return this.copies.copy(value);
    if (entry.own === value) return value;
    const copy = this.copies.copy(value);
    entry.own = copy;
    return copy;
  }

  put(key: string, row: ValueAndTimestamp<V | null>, segment?: StateSegment<ValueAndTimestamp<V>>): void {
    const kept = hasValue(row) ? ownRow(this.map.entry(key, segment), row) : undefined;
    const entry = this.map.set(key, kept, segment);
    // A deletion has no time of its own: it is told and logged with that of the record that has caused it.
    entry.changedAt = row.value == null ? this.#environment.timestamp() : row.timestamp;
    if (!this.#cached) return;
    entry.origin = this.#environment.origin();
    entry.pending = true;
    if (this.#pending.length >= this.#pendingMax) this.#dropEarlierPlaces();
    entry.place = this.#pending.length;
    this.#pending.push(entry);
  }

  /** See {@link ManagedStore.takePending}. */
  takePending(): PendingChanges {
    const changes = this.#lastPlaces();
    this.#pending = [];
    this.#pendingMax = PENDING_MIN;
    return { count: changes.length, forward: (index) => this.#forward(changes[index]) };
  }

  /** See {@link ManagedStore.takeBackUnwritable}. */
  takeBackUnwritable(onFound: (value: UnwritableValue) => void): void | Promise<void> {
    const { engine } = this.#environment;
    const encode = (entry: StateEntry<ValueAndTimestamp<V>>): void => void this.#encoded(entry);
    return takeBackUnwritable(this.map, { engine, codec: this.#codec, encode }, (entry, error) => {
      const { origin, changedAt: timestamp } = entry;
      const key = this.#keys.keyOf(entry.key, entry.segment);
      onFound({ key, value: entry.value?.value, timestamp, origin, error });
      // It is not told either.
      entry.pending = false;
      entry.place = -1;
      entry.own = undefined;
    });
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.map.dirtyEntries) {
      log({
        key: this.#keys.changelogKeyOf(entry.key, entry.segment),
        value: this.#encoded(entry),
        timestamp: entry.value?.timestamp ?? entry.changedAt,
        headers: NO_HEADERS,
      });
    }
  }

  /** Checks the length of a changelog record's value; -1: there is none. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`. */
  checkValue(valueLength: number): void {
    if (this.#valueBytes === undefined || valueLength < 0) return;
    requireValueBytes(valueLength, this.#valueBytes, this.#environment.changelogTopic);
  }

  /** Applies a changelog record to a row; nobody downstream needs to be told. */
  restore(
    key: string,
    { value: bytes, timestamp }: ChangelogRecord,
    segment?: StateSegment<ValueAndTimestamp<V>>,
  ): void {
    const value = bytes && this.#valueSerde.deserialize(this.#environment.changelogTopic, bytes);
    const entry = this.map.set(key, value == null ? undefined : { value, timestamp }, segment);
    entry.forwarded = entry.value;
  }

  /** See {@link ManagedStore.direct}. @param appendKey appends the key of a record to a block. */
  direct(appendKey: (rows: RowBlock, record: ChangelogBytes) => void): DirectRestore {
    const { prefix } = this.#environment;
    return {
      block: (capacity) => new RowBlock(prefix, capacity),
      add: (rows, record) => {
        this.checkValue(record.valueLength);
        rows.begin();
        appendKey(rows, record);
        rows.finish(record);
      },
      written: (rows) => this.map.writtenPast(rows),
    };
  }

  /** The bytes of a row's value, which are made once between two commits; null for a deletion. */
  #encoded(entry: StateEntry<ValueAndTimestamp<V>>): Buffer | null {
    const { value: row } = entry;
    if (row === undefined) return null;
    return (entry.encoded ??= bytesOfValue(this.#valueSerde, this.#environment.changelogTopic, row.value));
  }

  /** Each entry that is pending, by its last change. */
  #lastPlaces(): StateEntry<ValueAndTimestamp<V>>[] {
    return this.#pending.filter((entry, place) => entry.place === place);
  }

  /** Keeps the list within twice the entries that it is of, so that each change pays for a step or two. */
  #dropEarlierPlaces(): void {
    this.#pending = this.#lastPlaces();
    this.#pending.forEach((entry, place) => {
      entry.place = place;
    });
    this.#pendingMax = Math.max(PENDING_MIN, 2 * this.#pending.length);
  }

  #forward(entry: StateEntry<ValueAndTimestamp<V>> | undefined): void {
    if (entry === undefined) return;
    const { value: now, forwarded: before } = entry;
    entry.pending = false;
    entry.forwarded = now;
    entry.own = undefined;
    this.#environment.resume(entry.origin);
    this.#listener?.({
      key: this.#keys.keyOf(entry.key, entry.segment),
      newValue: now?.value ?? null,
      oldValue: before?.value ?? null,
      timestamp: now?.timestamp ?? entry.changedAt,
      headers: entry.origin.headers,
    });
  }
}

/** Of a value that was changed in place, and that nobody else has, the row is the one that there is. */
function ownRow<V>(
  entry: StateEntry<ValueAndTimestamp<V>> | undefined,
  row: ValueAndTimestamp<V>,
): ValueAndTimestamp<V> {
  const before: { readonly value: V; timestamp: number } | undefined = entry?.value;
  if (before === undefined || before.value !== row.value || entry?.own !== row.value) return row;
  before.timestamp = row.timestamp;
  return before;
}

function hasValue<V>(row: ValueAndTimestamp<V | null>): row is ValueAndTimestamp<V & {}> {
  return row.value != null;
}
