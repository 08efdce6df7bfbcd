import type { CacheBudget } from './cache-budget.ts';
import { endOfPrefix, type StoredPage, type StoreEngine } from './engine.ts';
import { int64OfText } from './key-codec.ts';
import { SortedTexts } from './sorted-texts.ts';
import { OrderedEntry, type UncommittedRows } from './uncommitted-rows.ts';

/** What an entry takes beside its key and value: itself, its places in a map and in the order. */
const ENTRY_OVERHEAD_BYTES = 200;
const VALUE_BYTES_GUESS = 64;
/** A page has an eighth of the budget, within these limits. */
const PAGE_BYTES = { min: 4_096, max: 131_072 };
/** So many texts may be gone, beside as many as there are entries, before the order is compacted. */
const GONE_MAX = 1_024;

interface TimeOrderedRowsOptions<R> {
  readonly engine: StoreEngine;
  /** Begins all keys of the rows in the engine. */
  readonly prefix: string;
  readonly codec: { encode(key: string, row: R): Buffer; decode(key: string, bytes: Buffer): R };
  readonly budget: CacheBudget;
  /** Where changes are noted. */
  readonly uncommitted: UncommittedRows<R>;
  /** Called for each row that comes from the engine by itself, and for each that is let go. */
  readonly onRead?: (key: string, row: R) => void;
  readonly onSpilled?: (key: string) => void;
}

/**
 * Rows that wait for a time with which their keys begin. In memory is what is not committed, what comes next, and of the rest as
 * much as the budget has room for: the last of them, since what is looked up is mostly new. Between the least and the
 * greatest key that were let go there may be rows in the engine that nobody knows of; they are read page by page, as they come first.
 */
export class TimeOrderedRows<R> {
  readonly enginePrefix: string;
  readonly #engine: StoreEngine;
  readonly #codec: TimeOrderedRowsOptions<R>['codec'];
  readonly #budget: CacheBudget;
  readonly #uncommitted: UncommittedRows<R>;
  readonly #onRead: TimeOrderedRowsOptions<R>['onRead'];
  readonly #onSpilled: TimeOrderedRowsOptions<R>['onSpilled'];
  readonly #pageBytes: number;
  readonly #entries = new Map<string, OrderedEntry<R>>();
  readonly #order = new SortedTexts((key) => this.#entries.get(key)?.row !== undefined);
  /** Rows that are in the engine only lie between these two keys, both included. Undefined: there are none. */
  #spilledFirst: string | undefined;
  #spilledLast = '';
  #liveCount = 0;
  #dirtyCount = 0;
  #valueBytes = VALUE_BYTES_GUESS;
  /** The last answer of {@link TimeOrderedRows.timeMin}, and to what. */
  #leastKey = '';
  #leastMs = Number.POSITIVE_INFINITY;

  constructor(options: TimeOrderedRowsOptions<R>) {
    this.enginePrefix = options.prefix;
    this.#engine = options.engine;
    this.#codec = options.codec;
    this.#budget = options.budget;
    this.#uncommitted = options.uncommitted;
    this.#onRead = options.onRead;
    this.#onSpilled = options.onSpilled;
    const { min, max } = PAGE_BYTES;
    this.#pageBytes = Math.min(max, Math.max(min, Math.floor(options.budget.bytesMax / 8)));
  }

  /** Looks up where the engine's rows end, and reads the first of them. */
  open(): void | Promise<void> {
    const learn = (last: string | undefined): Promise<void> | undefined => {
      if (last === undefined) return undefined;
      this.#spilledFirst = '';
      this.#spilledLast = last.slice(this.enginePrefix.length);
      return this.loadFirst();
    };
    const last = this.#engine.lastKey({ from: this.enginePrefix, to: endOfPrefix(this.enginePrefix) });
    return last instanceof Promise ? last.then(learn) : learn(last);
  }

  /** Rows in memory. */
  get count(): number {
    return this.#liveCount;
  }

  /** Nothing is in memory. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Whether rows may be in the engine only. */
  get hasSpilled(): boolean {
    return this.#spilledFirst !== undefined;
  }

  /** No row has an earlier time than this; infinity where there is none. After {@link TimeOrderedRows.loadFirst}, that of the first. */
  get timeMin(): number {
    const inMemory = this.#order.lowerBound;
    const spilled = this.#spilledFirst;
    const least =
      inMemory === undefined || (spilled !== undefined && spilled < inMemory) ? spilled : inMemory;
    if (least === undefined) return Number.POSITIVE_INFINITY;
    if (least !== this.#leastKey) {
      this.#leastKey = least;
      this.#leastMs = int64OfText(least, 0);
    }
    return this.#leastMs;
  }

  /** Brings a row into memory; undefined where it is there, or nowhere, or could be read at once. */
  load(key: string): Promise<void> | undefined {
    if (!this.#mayBeSpilled(key)) return undefined;
    const admit = ([bytes]: readonly (Buffer | undefined)[]): void => {
      if (bytes === undefined || this.#entries.has(key)) return;
      this.#admit(key, bytes);
      this.#order.add(key);
    };
    const stored = this.#engine.getMany([this.enginePrefix + key]);
    if (stored instanceof Promise) return stored.then(admit);
    admit(stored);
    return undefined;
  }

  /** The row of a key that was loaded. */
  get(key: string): R | undefined {
    return this.#entries.get(key)?.row;
  }

  put(key: string, row: R): void {
    const entry = this.#entries.get(key) ?? this.#insert(key, this.#valueBytes);
    if (entry.row === undefined) {
      this.#order.add(key);
      this.#liveCount++;
    }
    entry.row = row;
    this.#change(entry);
  }

  /** Deletes a row, wherever it may be. @param changedAt the event time of the deletion. */
  delete(key: string, changedAt: number): void {
    const entry = this.#entries.get(key) ?? this.#insert(key, 0);
    if (entry.row !== undefined) this.#liveCount--;
    entry.row = undefined;
    entry.changedAt = changedAt;
    this.#change(entry);
    // What is the first one now is to be known.
    if (this.#order.lowerBound === key) this.#order.first();
  }

  /** Brings the first row into memory; undefined where it is there, or could be read at once. */
  loadFirst(): Promise<void> | undefined {
    for (;;) {
      const first = this.#order.first();
      const spilled = this.#spilledFirst;
      if (spilled === undefined || (first !== undefined && first <= spilled)) return undefined;
      const reading = this.#readPage(spilled);
      if (reading) return reading.then(() => this.loadFirst());
    }
  }

  /** Brings all rows into memory. */
  loadAll(): Promise<void> | undefined {
    while (this.#spilledFirst !== undefined) {
      const reading = this.#readPage(this.#spilledFirst);
      if (reading) return reading.then(() => this.loadAll());
    }
    return undefined;
  }

  /** The key of the first row, which was loaded. */
  first(): string | undefined {
    return this.#order.first();
  }

  /** The least key from here on; of a row that may be in the engine only. */
  firstFrom(from: string): string | undefined | Promise<string | undefined> {
    const inMemory = this.#order.firstFrom(from);
    const spilled = this.#spilledFirst;
    if (spilled === undefined || from > this.#spilledLast) return inMemory;
    const start = from < spilled ? spilled : from;
    if (inMemory !== undefined && inMemory <= start) return inMemory;
    const judge = ({ entries: [stored] }: StoredPage): string | undefined | Promise<string | undefined> => {
      const key = stored?.[0].slice(this.enginePrefix.length);
      if (key === undefined || (inMemory !== undefined && inMemory <= key)) return inMemory;
      return this.#isDeleted(key) ? this.firstFrom(`${key}\0`) : key;
    };
    const page = this.#engine.readPage(this.#spilledFrom(start), 1);
    return page instanceof Promise ? page.then(judge) : judge(page);
  }

  /** The greatest key; of a row that may be in the engine only. */
  last(): string | undefined | Promise<string | undefined> {
    const inMemory = this.#order.last();
    const spilled = this.#spilledFirst;
    if (spilled === undefined || (inMemory !== undefined && inMemory >= this.#spilledLast)) return inMemory;
    const { from, to } = this.#spilledFrom(inMemory !== undefined && inMemory > spilled ? inMemory : spilled);
    const lastBefore = (end: string): string | undefined | Promise<string | undefined> => {
      const judge = (stored: string | undefined): string | undefined | Promise<string | undefined> => {
        if (stored === undefined) return inMemory;
        const key = stored.slice(this.enginePrefix.length);
        return this.#isDeleted(key) ? lastBefore(stored) : key;
      };
      const found = this.#engine.lastKey({ from, to: end });
      return found instanceof Promise ? found.then(judge) : judge(found);
    };
    return lastBefore(to);
  }

  /** The bytes of an entry's row; undefined for a deletion. */
  encode(entry: OrderedEntry<R>): Buffer | undefined {
    if (entry.row === undefined) return undefined;
    entry.encoded ??= this.#codec.encode(entry.key, entry.row);
    return entry.encoded;
  }

  /** What an uncommitted row takes is known when it is written. */
  resize(entry: OrderedEntry<R>, valueBytes: number): void {
    this.#valueBytes = Math.ceil((7 * this.#valueBytes + valueBytes) / 8);
    const grown = sizeOf(entry.key, valueBytes) - entry.sizeBytes;
    entry.sizeBytes += grown;
    this.#budget.use(grown);
    this.#budget.dirty(grown);
  }

  /** The engine holds what an entry says. */
  release(entry: OrderedEntry<R>): void {
    entry.dirty = false;
    this.#dirtyCount--;
    entry.encoded = undefined;
    entry.stored = true;
    this.#budget.dirty(-entry.sizeBytes);
    if (entry.row === undefined) this.#remove(entry);
  }

  /**
   * Lets committed rows go until the budget is kept, the first ones first: those are read in their order when it is their turn. Called
   * after each round, so that it does not look through what is uncommitted in vain.
   */
  evict(): void {
    const kept: string[] = [];
    while (this.#entries.size > this.#dirtyCount && this.#budget.isExceeded) {
      const key = this.#order.takeFirst();
      const entry = key === undefined ? undefined : this.#entries.get(key);
      if (entry === undefined) break;
      if (entry.dirty) kept.push(entry.key);
      else this.#spill(entry);
    }
    this.#order.addSorted(kept);
    if (this.#order.length > 2 * this.#entries.size + GONE_MAX) this.#order.compact();
  }

  /** Gives back the memory. */
  close(): void {
    for (const entry of this.#entries.values()) {
      if (entry.dirty) this.#budget.dirty(-entry.sizeBytes);
      this.#budget.use(-entry.sizeBytes);
    }
    this.#entries.clear();
    this.#order.clear();
    this.#spilledFirst = undefined;
    this.#liveCount = 0;
    this.#dirtyCount = 0;
  }

  #mayBeSpilled(key: string): boolean {
    const spilled = this.#spilledFirst;
    return spilled !== undefined && key >= spilled && key <= this.#spilledLast && !this.#entries.has(key);
  }

  #isDeleted(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.row === undefined;
  }

  #spilledFrom(key: string): { readonly from: string; readonly to: string } {
    return { from: this.enginePrefix + key, to: `${this.enginePrefix}${this.#spilledLast}\0` };
  }

  #readPage(first: string): Promise<void> | undefined {
    const page = this.#engine.readPage(this.#spilledFrom(first), this.#pageBytes);
    if (page instanceof Promise) return page.then((read) => this.#admitPage(read));
    this.#admitPage(page);
    return undefined;
  }

  /** The last row of a page stays where it is, as the first of the next one: its time is known then. */
  #admitPage({ entries, isLast }: StoredPage): void {
    const keys: string[] = [];
    const count = isLast || entries.length === 1 ? entries.length : entries.length - 1;
    for (const [i, [storedKey, bytes]] of entries.entries()) {
      const key = storedKey.slice(this.enginePrefix.length);
      this.#spilledFirst = i < count ? `${key}\0` : key;
      // What is in memory is later, or was looked up.
      if (i === count || this.#entries.has(key)) continue;
      const row = this.#admit(key, bytes);
      this.#onRead?.(key, row);
      keys.push(key);
    }
    if (isLast) this.#spilledFirst = undefined;
    this.#order.addSorted(keys);
  }

  #admit(key: string, bytes: Buffer): R {
    const row = this.#codec.decode(key, bytes);
    const entry = this.#insert(key, bytes.length);
    entry.row = row;
    entry.stored = true;
    this.#liveCount++;
    return row;
  }

  #insert(key: string, valueBytes: number): OrderedEntry<R> {
    const entry = new OrderedEntry<R>(this, key);
    entry.sizeBytes = sizeOf(key, valueBytes);
    this.#entries.set(key, entry);
    this.#budget.use(entry.sizeBytes);
    return entry;
  }

  #change(entry: OrderedEntry<R>): void {
    entry.encoded = undefined;
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirtyCount++;
    this.#uncommitted.add(entry);
    this.#budget.dirty(entry.sizeBytes);
  }

  #spill(entry: OrderedEntry<R>): void {
    const { key } = entry;
    this.#remove(entry);
    this.#liveCount--;
    if (this.#spilledFirst === undefined) this.#spilledFirst = this.#spilledLast = key;
    else if (key < this.#spilledFirst) this.#spilledFirst = key;
    else if (key > this.#spilledLast) this.#spilledLast = key;
    this.#onSpilled?.(key);
  }

  #remove(entry: OrderedEntry<R>): void {
    this.#entries.delete(entry.key);
    this.#budget.use(-entry.sizeBytes);
  }
}

function sizeOf(key: string, valueBytes: number): number {
  return ENTRY_OVERHEAD_BYTES + key.length + valueBytes;
}
