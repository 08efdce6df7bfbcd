import { OperationalError } from '../../base/errors.ts';
import type { CacheBudget } from './cache-budget.ts';
import {
  endOfPrefix,
  type KeyRange,
  type StoredEntries,
  type StoredValues,
  type StoreEngine,
  type WriteBatch,
} from './engine.ts';
import type { RowBlock } from './row-block.ts';
import { StateEntry } from './state-entry.ts';

/** How a store's values look as bytes in the engine. */
export interface ValueCodec<V> {
  encode(value: V): Buffer;
  decode(bytes: Buffer): V;
}

/** Bytes of a store that an interactive query takes into memory at a time. */
export const QUERY_PAGE_BYTES = 131_072;
const ENTRY_OVERHEAD_BYTES = 150;
const VALUE_BYTES_GUESS = 32;

/**
 * The write-back cache of one store: what was read and what was written, decoded, over an engine that has what is
 * committed. Entries that are not committed stay until they are; the others are let go when the budget is exceeded,
 * those not used since the last sweep first.
 */
export class StateMap<V> {
  readonly #engine: StoreEngine;
  readonly #prefix: string;
  readonly #codec: ValueCodec<V>;
  readonly #budget: CacheBudget;
  readonly #entries = new Map<string, StateEntry<V>>();
  /** The key that was loaded last: it is asked for next, and then written, by the same text. */
  #lastKey = '';
  #lastEntry: StateEntry<V> | undefined;
  #dirty: StateEntry<V>[] = [];
  #prefetched = new Set<string>();
  #sweep: IterableIterator<StateEntry<V>> | undefined;
  #isClosed = false;
  #valueBytes = VALUE_BYTES_GUESS;
  /** The engine holds no key at or after this one; undefined while that is not known. See {@link StateMap.learnEnd}. */
  #end: string | undefined;
  /** How often {@link StateMap.writtenPast} was told, so that a read that was under way is known to be of before. */
  #writtenPast = 0;

  constructor(options: {
    readonly engine: StoreEngine;
    readonly prefix: string;
    readonly codec: ValueCodec<V>;
    readonly budget: CacheBudget;
  }) {
    this.#engine = options.engine;
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#budget = options.budget;
  }

  /** Undefined when the key is in memory, or could be read at once. */
  load(key: string): Promise<void> | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.#lastKey = key;
      this.#lastEntry = entry;
      return undefined;
    }
    if (this.isBeyondEnd(key)) {
      this.#admit(key, undefined);
      return undefined;
    }
    return this.#read([key]);
  }

  /**
   * Looks up where the engine's keys end, for stores whose new keys come behind the others (windows of later times):
   * these are then known to be absent without a read. Answers the last key.
   */
  learnEnd(): string | undefined | Promise<string | undefined> {
    const learn = (found: string | undefined): string | undefined => {
      const last = found?.slice(this.#prefix.length);
      this.#end = last === undefined ? '' : justAfter(last);
      return last;
    };
    const found = this.#engine.lastKey({ from: this.#prefix, to: endOfPrefix(this.#prefix) });
    return found instanceof Promise ? found.then(learn) : learn(found);
  }

  /** Asks for a key to be loaded with the batch; see {@link StateMap.loadPrefetched}. */
  prefetch(key: string): void {
    if (!this.#entries.has(key) && !this.isBeyondEnd(key)) this.#prefetched.add(key);
  }

  /** Loads all keys that were asked for, in one read. */
  loadPrefetched(): Promise<void> | undefined {
    if (this.#prefetched.size === 0) return undefined;
    const keys = [...this.#prefetched];
    this.#prefetched = new Set();
    return this.#read(keys);
  }

  /** The value of a key that was loaded. */
  get(key: string): V | undefined {
    const entry = this.#find(key);
    if (entry === undefined) return undefined;
    entry.referenced = true;
    return entry.value;
  }

  /** The entry of a key that was loaded. */
  entry(key: string): StateEntry<V> | undefined {
    return this.#find(key);
  }

  /** Writes a value, or undefined to delete, and answers the entry. */
  set(key: string, value: V | undefined): StateEntry<V> {
    let entry = this.#find(key);
    if (entry === undefined) entry = this.#insert(key, this.#valueBytes);
    entry.value = value;
    entry.encoded = undefined;
    entry.referenced = true;
    if (!entry.dirty) {
      entry.dirty = true;
      this.#dirty.push(entry);
      this.#budget.dirty(entry.sizeBytes);
    }
    return entry;
  }

  /** Entries within a range of keys, in order, uncommitted ones included. */
  scan(range: KeyRange): (readonly [string, V])[] | Promise<(readonly [string, V])[]> {
    const from = this.#prefix + range.from;
    const to = range.to === undefined ? endOfPrefix(this.#prefix) : this.#prefix + range.to;
    const stored = this.#engine.scan({ from, to });
    return stored instanceof Promise
      ? stored.then((entries) => this.#merge(range, entries))
      : this.#merge(range, stored);
  }

  /**
   * Entries of a range in order as they are when the reading begins, uncommitted ones included, about so many bytes of
   * committed ones at a time. @throws {OperationalError} `STORE_NOT_AVAILABLE` when the store is closed meanwhile.
   */
  async *pages(range: KeyRange, bytesMax: number): AsyncGenerator<readonly (readonly [string, V])[], void> {
    if (this.#isClosed) throw notAvailable();
    const to = range.to === undefined ? endOfPrefix(this.#prefix) : this.#prefix + range.to;
    const uncommitted = this.#uncommittedWithin(range);
    const scan = this.#engine.openScan({ from: this.#prefix + range.from, to }, bytesMax);
    try {
      for (;;) {
        if (this.#isClosed) throw notAvailable();
        const { entries, isLast } = await scan.next();
        yield this.#overlaid(entries, uncommitted, isLast);
        if (isLast) return;
      }
    } finally {
      await scan.close();
    }
  }

  /** The entries that a commit has to write and log. */
  get dirtyEntries(): readonly StateEntry<V>[] {
    return this.#dirty;
  }

  /** The bytes of an entry's value, undefined for a deletion. */
  encode(entry: StateEntry<V>): Buffer | undefined {
    if (entry.value === undefined) return undefined;
    entry.encoded ??= this.#codec.encode(entry.value);
    return entry.encoded;
  }

  /** Writes all uncommitted entries into a batch. */
  writeTo(batch: WriteBatch): void {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#dirty) {
      const encoded = this.encode(entry);
      if (encoded === undefined) {
        batch.delete(this.#prefix + entry.key);
        continue;
      }
      batch.put(this.#prefix + entry.key, encoded);
      if (this.isBeyondEnd(entry.key)) this.#end = justAfter(entry.key);
      this.#resize(entry, encoded.length);
      bytes += encoded.length;
      count++;
    }
    if (count > 0) this.#valueBytes = Math.ceil(bytes / count);
  }

  /**
   * Rows were written past the memory, where nothing of the store was uncommitted: what a query has read of it before is
   * forgotten.
   */
  writtenPast(rows: RowBlock): void {
    this.#writtenPast++;
    for (const entry of this.#entries.values()) this.#forget(entry);
    const last = this.#end === undefined ? undefined : rows.lastKey();
    if (last !== undefined && this.isBeyondEnd(last)) this.#end = justAfter(last);
  }

  /** The batch of the last {@link StateMap.writeTo} has been written. */
  committed(): void {
    for (const entry of this.#dirty) {
      entry.dirty = false;
      entry.encoded = undefined;
      this.#budget.dirty(-entry.sizeBytes);
    }
    this.#dirty = [];
  }

  /** Lets clean entries go until the budget is kept, or each has been looked at twice. */
  evict(): void {
    for (let looked = 2 * this.#entries.size; looked > 0 && this.#budget.isExceeded; looked--) {
      this.#sweep ??= this.#entries.values();
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        continue;
      }
      const entry = next.value;
      if (entry.dirty || entry.pending) continue;
      if (entry.referenced) {
        entry.referenced = false;
        continue;
      }
      this.#delete(entry);
    }
  }

  /** Deletes a range of keys from memory and engine: expired ones, which no commit needs to know of. */
  clear(range: KeyRange): void | Promise<void> {
    for (const entry of this.#entries.values()) {
      if (entry.key < range.from || (range.to !== undefined && entry.key >= range.to)) continue;
      this.#forget(entry);
    }
    this.#dirty = this.#dirty.filter((entry) => entry.dirty);
    const to = range.to === undefined ? endOfPrefix(this.#prefix) : this.#prefix + range.to;
    return this.#engine.clear({ from: this.#prefix + range.from, to });
  }

  /** Gives back the memory. */
  close(): void {
    this.#isClosed = true;
    for (const entry of this.#entries.values()) this.#forget(entry);
    this.#entries.clear();
    this.#dirty = [];
  }

  /** Whether the engine is known to hold no key that is, or begins with, this one. */
  isBeyondEnd(key: string): boolean {
    return this.#end !== undefined && key >= this.#end;
  }

  #forget(entry: StateEntry<V>): void {
    if (entry.dirty) this.#budget.dirty(-entry.sizeBytes);
    entry.dirty = false;
    entry.pending = false;
    this.#delete(entry);
  }

  #delete(entry: StateEntry<V>): void {
    if (entry === this.#lastEntry) this.#lastEntry = undefined;
    this.#entries.delete(entry.key);
    this.#budget.use(-entry.sizeBytes);
  }

  /** What an uncommitted value takes is known when it is written. */
  #resize(entry: StateEntry<V>, valueBytes: number): void {
    const grown = ENTRY_OVERHEAD_BYTES + entry.key.length + valueBytes - entry.sizeBytes;
    if (grown === 0) return;
    entry.sizeBytes += grown;
    this.#budget.use(grown);
    this.#budget.dirty(grown);
  }

  #find(key: string): StateEntry<V> | undefined {
    const last = this.#lastEntry;
    return last !== undefined && key === this.#lastKey ? last : this.#entries.get(key);
  }

  #read(keys: readonly string[]): Promise<void> | undefined {
    const prefix = this.#prefix;
    const stored = this.#engine.getMany(keys.map((key) => prefix + key));
    if (!(stored instanceof Promise)) {
      this.#admitAll(keys, stored);
      return undefined;
    }
    const before = this.#writtenPast;
    return stored.then((values) => {
      if (before !== this.#writtenPast) return this.#read(keys);
      return this.#admitAll(keys, values);
    });
  }

  #admitAll(keys: readonly string[], values: StoredValues): void {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? '';
      // A write may have come first, while this read was under way.
      if (!this.#entries.has(key)) this.#admit(key, values[i]);
    }
  }

  #admit(key: string, bytes: Buffer | undefined): void {
    const entry = this.#insert(key, bytes === undefined ? 0 : bytes.length);
    if (bytes !== undefined) entry.value = this.#codec.decode(bytes);
    entry.forwarded = entry.value;
  }

  #insert(key: string, valueBytes: number): StateEntry<V> {
    const entry = new StateEntry<V>(key);
    entry.sizeBytes = ENTRY_OVERHEAD_BYTES + key.length + valueBytes;
    this.#entries.set(key, entry);
    this.#lastKey = key;
    this.#lastEntry = entry;
    this.#budget.use(entry.sizeBytes);
    return entry;
  }

  /** What is not committed, last first; undefined for a deletion. Whoever changes a value in place gets a copy from now on. */
  #uncommittedWithin({ from, to }: KeyRange): (readonly [string, V | undefined])[] {
    const found: (readonly [string, V | undefined])[] = [];
    for (const entry of this.#dirty) {
      if (entry.key < from || (to !== undefined && entry.key >= to)) continue;
      entry.own = undefined;
      found.push([entry.key, entry.value]);
    }
    return found.sort(([a], [b]) => (a < b ? 1 : -1));
  }

  /** Puts what is not committed over a page of what is, and takes it from `uncommitted`. */
  #overlaid(
    stored: StoredEntries,
    uncommitted: (readonly [string, V | undefined])[],
    isLast: boolean,
  ): (readonly [string, V])[] {
    const page: (readonly [string, V])[] = [];
    const takeNext = (): void => {
      const [key, value] = uncommitted.pop() ?? ['', undefined];
      if (value !== undefined) page.push([key, value]);
    };
    for (const [fullKey, bytes] of stored) {
      const key = fullKey.slice(this.#prefix.length);
      while ((uncommitted.at(-1)?.[0] ?? key) < key) takeNext();
      if (uncommitted.at(-1)?.[0] === key) takeNext();
      else page.push([key, this.#codec.decode(bytes)]);
    }
    while (isLast && uncommitted.length > 0) takeNext();
    return page;
  }

  #merge(range: KeyRange, stored: StoredEntries): (readonly [string, V])[] {
    const found: (readonly [string, V])[] = [];
    const skip = this.#prefix.length;
    for (const [fullKey, bytes] of stored) {
      const key = fullKey.slice(skip);
      const entry = this.#entries.get(key);
      if (entry === undefined) found.push([key, this.#codec.decode(bytes)]);
      else if (!entry.dirty && entry.value !== undefined) found.push([key, entry.value]);
    }
    let added = false;
    for (const entry of this.#dirty) {
      if (entry.value === undefined || entry.key < range.from) continue;
      if (range.to !== undefined && entry.key >= range.to) continue;
      found.push([entry.key, entry.value]);
      added = true;
    }
    if (added) found.sort(([a], [b]) => (a < b ? -1 : 1));
    return found;
  }
}

function notAvailable(): OperationalError {
  return new OperationalError('STORE_NOT_AVAILABLE', 'the store was closed while it was read', {
    retriable: true,
  });
}

function justAfter(key: string): string {
  return `${key}\0`;
}
