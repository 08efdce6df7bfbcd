import type { IsolationLevel } from '../../client/types.ts';
import type { CacheBudget } from './cache-budget.ts';
import {
  endOfPrefix,
  isWithin,
  type KeyRange,
  type ScanRange,
  type StoredPage,
  type StoredValues,
  type StoreEngine,
  type WriteBatch,
} from './engine.ts';
import type { StoreEnvironment } from './managed-store.ts';
import { int64OfText } from './key-codec.ts';
import { overlaid, type UncommittedEntries } from './overlaid-page.ts';
import type { RowPages } from './pages.ts';
import { RecentEntries } from './recent-entries.ts';
import { RowBlock } from './row-block.ts';
import { sizeOfEntry, StateEntry } from './state-entry.ts';
import { type CodedRows, rowReader } from './state-format.ts';
import { scanPages, type StateScan } from './state-scan.ts';
import type { StateSegment } from './state-segment.ts';
import { StateSegments } from './state-segments.ts';

/** How a store's values look as bytes in the engine. */
export interface ValueCodec<V> {
  /**
   * Appends a value to the row that was begun, one byte at least.
   * @param encoded the bytes of it that its entry keeps, see {@link StateEntry.encoded}.
   */
  write(rows: RowBlock, value: V, encoded: Buffer | undefined): void;
  decode(bytes: Buffer): V;
}

/** Bytes of a store that an interactive query takes into memory at a time. */
export const QUERY_PAGE_BYTES = 131_072;
const VALUE_BYTES_GUESS = 32;
const KEY_BYTES_GUESS = 32;
const TIME_LENGTH = 8;

type ScanOptions<T> = Pick<StateScan<T>, 'bytesMax' | 'decode'> & { readonly isolation: IsolationLevel };

type Wanted<V> = Pick<StateEntry<V>, 'key' | 'segment'>;

/**
 * The write-back cache of one store: what was read and what was written, decoded, over an engine that has what is
 * committed. Entries that are not committed stay until they are; the others are let go when the budget is exceeded,
 * those not used since the last sweep first.
 *
 * Keys that begin with a time, of windows, are held by segments of equal times. Of a segment that has begun since the store was
 * opened all keys are known, and a key that it has not is not read.
 */
export class StateMap<V> {
  readonly #engine: StoreEngine;
  readonly #prefix: string;
  readonly #codec: ValueCodec<V>;
  readonly #decode: (key: string, bytes: Buffer) => V;
  readonly #budget: CacheBudget;
  readonly #segments: StateSegments<V>;
  #entriesCount = 0;
  readonly #recent = new RecentEntries<V>();
  #dirty: StateEntry<V>[] = [];
  /** Those with keys that were asked for. */
  #prefetched: StateSegment<V>[] = [];
  #isClosed = false;
  #valueBytes = VALUE_BYTES_GUESS;
  /** How often {@link StateMap.writtenPast} was told, so that a read that was under way is known to be of before. */
  #writtenPast = 0;

  constructor(options: CodedRows<V> & Pick<StoreEnvironment, 'engine' | 'prefix' | 'budget'>) {
    this.#decode = rowReader(options);
    this.#engine = options.engine;
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#budget = options.budget;
    this.#segments = new StateSegments(options.prefix, options.budget);
  }

  /** The keys that begin with a time. To be asked for anew after whatever may have taken time. */
  segmentAt(startMs: number): StateSegment<V> {
    return this.#segments.at(startMs);
  }

  /** Undefined when the key is in memory, is nowhere, or could be read at once. */
  load(key: string, segment: StateSegment<V> = this.#segments.root): Promise<void> | undefined {
    if (this.entry(key, segment) !== undefined || segment.lacks(key)) return undefined;
    return this.#read([{ key, segment }]);
  }

  /**
   * Looks up where the engine's keys end, for stores whose new keys come behind the others (windows of later times):
   * these are then known to be absent without a read. Answers the last key.
   */
  learnEnd(): string | undefined | Promise<string | undefined> {
    const learn = (found: string | undefined): string | undefined => {
      const last = found?.slice(this.#prefix.length);
      this.#segments.endsAt(last === undefined ? 0 : int64OfText(last, 0) + 1);
      return last;
    };
    const found = this.#engine.lastKey({ from: this.#prefix, to: endOfPrefix(this.#prefix) });
    return found instanceof Promise ? found.then(learn) : learn(found);
  }

  /** Asks for a key to be loaded with the batch; see {@link StateMap.loadPrefetched}. */
  prefetch(key: string, segment: StateSegment<V> = this.#segments.root): void {
    if (segment.entries.has(key) || segment.lacks(key)) return;
    if (segment.prefetched.size === 0) this.#prefetched.push(segment);
    segment.prefetched.add(key);
  }

  /** Loads all keys that were asked for, in one read. */
  loadPrefetched(): Promise<void> | undefined {
    if (this.#prefetched.length === 0) return undefined;
    const wanted: Wanted<V>[] = [];
    for (const segment of this.#prefetched) {
      for (const key of segment.prefetched) wanted.push({ key, segment });
      segment.prefetched = new Set();
    }
    this.#prefetched = [];
    return this.#read(wanted);
  }

  /** The value of a key that was loaded. */
  get(key: string, segment?: StateSegment<V>): V | undefined {
    const entry = this.entry(key, segment);
    if (entry !== undefined) entry.referenced = true;
    return entry?.value;
  }

  /** The entry of a key that was loaded. */
  entry(key: string, segment: StateSegment<V> = this.#segments.root): StateEntry<V> | undefined {
    return this.#recent.find(key, segment);
  }

  /** Writes a value, or undefined to delete, and answers the entry. */
  set(key: string, value: V | undefined, segment: StateSegment<V> = this.#segments.root): StateEntry<V> {
    const entry = this.entry(key, segment) ?? this.#insert(key, segment, this.#valueBytes);
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

  /** The value that was committed last of a key, whatever has been written to it since: it may be read past the memory. */
  async getCommitted(key: string, segment: StateSegment<V> = this.#segments.root): Promise<V | undefined> {
    await this.load(key, segment);
    const entry = this.entry(key, segment);
    if (entry?.dirty !== true) {
      // Whoever changes the value in place gets a copy from now on.
      if (entry !== undefined) entry.own = undefined;
      return this.get(key, segment);
    }
    const [bytes] = await this.#engine.getMany([segment.enginePrefix + key]);
    return bytes && this.#decode(key, bytes);
  }

  /**
   * Entries of a range in order as they are when the reading begins, uncommitted ones by `isolation`, about so many bytes of
   * committed ones at a time. @throws {OperationalError} `STORE_NOT_AVAILABLE` when the store is closed meanwhile.
   */
  pages(
    range: ScanRange,
    bytesMax: number,
    isolation: IsolationLevel = 'read_uncommitted',
  ): AsyncGenerator<readonly (readonly [string, V])[], void> {
    return this.#scan(range, { bytesMax, isolation, decode: this.#decode });
  }

  /** How many entries there are, by a scan that decodes no values. */
  async count(bytesMax: number, isolation: IsolationLevel): Promise<number> {
    let count = 0;
    const pages = this.#scan({ from: '', to: undefined }, { bytesMax, isolation, decode: () => undefined });
    for await (const page of pages) count += page.length;
    return count;
  }

  #scan<T>(range: ScanRange, { isolation, ...options }: ScanOptions<T>) {
    return scanPages<V | T>({
      engine: this.#engine,
      prefix: this.#prefix,
      range,
      uncommitted: () => (isolation === 'read_committed' ? [] : this.#uncommittedWithin(range)),
      isClosed: () => this.#isClosed,
      ...options,
    });
  }

  /**
   * Reads a range in order, uncommitted entries included, about so many bytes of committed ones at a time, which do not come to memory.
   * Nothing is to be written to the range meanwhile.
   */
  read(range: KeyRange, bytesMax: number): RowPages<readonly [string, V]> {
    const to = range.to === undefined ? endOfPrefix(this.#prefix) : this.#prefix + range.to;
    const uncommitted = this.#uncommittedWithin(range);
    const skip = this.#prefix.length;
    const decode = (key: string, bytes: Buffer): V => this.#entryAt(key)?.value ?? this.#decode(key, bytes);
    let from: string | undefined = this.#prefix + range.from;
    const admit = ({ entries, isLast }: StoredPage): readonly (readonly [string, V])[] => {
      from = isLast ? undefined : `${entries.at(-1)?.[0]}\0`;
      return overlaid(entries, uncommitted, { isLast, skip, decode });
    };
    return {
      next: () => {
        if (from === undefined) return undefined;
        const page = this.#engine.readPage({ from, to }, bytesMax);
        return page instanceof Promise ? page.then(admit) : admit(page);
      },
    };
  }

  /** The values of keys, which do not come to memory. */
  peekMany(keys: readonly string[]): (V | undefined)[] | Promise<(V | undefined)[]> {
    const stored = this.#engine.getMany(keys.map((key) => this.#prefix + key));
    const admit = (values: StoredValues): (V | undefined)[] =>
      keys.map((key, i) => {
        const entry = this.#entryAt(key);
        const bytes = values[i];
        return entry === undefined ? bytes && this.#decode(key, bytes) : entry.value;
      });
    return stored instanceof Promise ? stored.then(admit) : admit(stored);
  }

  /** The entries that a commit has to write and log. */
  get dirtyEntries(): readonly StateEntry<V>[] {
    return this.#dirty;
  }

  /** Writes all uncommitted entries into a batch. */
  writeTo(batch: WriteBatch): void {
    const count = this.#dirty.length;
    if (count === 0) return;
    const rows = new RowBlock(this.#prefix, count, KEY_BYTES_GUESS + this.#valueBytes);
    let put = 0;
    let bytes = 0;
    for (const entry of this.#dirty) {
      const { key, segment, value } = entry;
      rows.begin();
      rows.appendText(segment.start);
      rows.appendText(key);
      rows.endKey();
      if (value !== undefined) {
        const before = rows.byteLength;
        this.#codec.write(rows, value, entry.encoded);
        const length = rows.byteLength - before;
        this.#segments.written(segment.startMs);
        this.#resize(entry, length);
        bytes += length;
        put++;
      }
      rows.end();
    }
    batch.putRows(rows);
    if (put > 0) this.#valueBytes = Math.ceil(bytes / put);
  }

  /**
   * Rows were written past the memory, where nothing of the store was uncommitted: what a query has read of it before is
   * forgotten.
   */
  writtenPast(rows: RowBlock): void {
    this.#writtenPast++;
    for (const segment of this.#segments) for (const entry of segment.entries.values()) this.#forget(entry);
    const last = this.#segments.knowEnd ? rows.lastKey() : undefined;
    this.#segments.writtenPast(last === undefined ? -1 : int64OfText(last, 0));
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
    for (let looked = 2 * this.#entriesCount; looked > 0 && this.#budget.isExceeded; looked--) {
      if (this.#entriesCount === this.#dirty.length) return;
      const entry = this.#segments.nextToSweep();
      if (entry === undefined || entry.dirty || entry.pending) continue;
      if (entry.referenced) {
        entry.referenced = false;
        continue;
      }
      this.#delete(entry);
    }
  }

  /** Deletes a range of keys from memory and engine: expired ones, which no commit needs to know of. */
  clear(range: KeyRange): void | Promise<void> {
    for (const segment of this.#segments) {
      if (range.to !== undefined && segment.start >= range.to) continue;
      for (const entry of segment.entries.values()) if (isWithin(range, entry.text)) this.#forget(entry);
      if (segment.entries.size === 0) this.#segments.drop(segment);
    }
    this.#dirty = this.#dirty.filter((entry) => entry.dirty);
    const to = range.to === undefined ? endOfPrefix(this.#prefix) : this.#prefix + range.to;
    return this.#engine.clear({ from: this.#prefix + range.from, to });
  }

  /** Gives back the memory. */
  close(): void {
    this.#isClosed = true;
    for (const segment of this.#segments) {
      for (const entry of segment.entries.values()) this.#forget(entry);
      this.#segments.drop(segment);
    }
    this.#dirty = [];
  }

  /** The entry of a whole key. */
  #entryAt(text: string): StateEntry<V> | undefined {
    if (!this.#segments.areByTime) return this.#segments.root.entries.get(text);
    return this.#segments.find(int64OfText(text, 0))?.entries.get(text.slice(TIME_LENGTH));
  }

  #forget(entry: StateEntry<V>): void {
    if (entry.dirty) this.#budget.dirty(-entry.sizeBytes);
    entry.dirty = false;
    entry.pending = false;
    this.#delete(entry);
  }

  #delete(entry: StateEntry<V>): void {
    this.#recent.removed(entry);
    entry.segment.entries.delete(entry.key);
    this.#entriesCount--;
    this.#budget.use(-entry.sizeBytes);
  }

  /** What an uncommitted value takes is known when it is written. */
  #resize(entry: StateEntry<V>, valueBytes: number): void {
    const grown = sizeOfEntry(entry, valueBytes) - entry.sizeBytes;
    if (grown === 0) return;
    entry.sizeBytes += grown;
    this.#budget.use(grown);
    this.#budget.dirty(grown);
  }

  #read(wanted: readonly Wanted<V>[]): Promise<void> | undefined {
    const stored = this.#engine.getMany(wanted.map(({ key, segment }) => segment.enginePrefix + key));
    if (!(stored instanceof Promise)) {
      this.#admitAll(wanted, stored);
      return undefined;
    }
    const before = this.#writtenPast;
    return stored.then((values) => {
      if (before !== this.#writtenPast) return this.#read(wanted);
      return this.#admitAll(wanted, values);
    });
  }

  #admitAll(wanted: readonly Wanted<V>[], values: StoredValues): void {
    wanted.forEach(({ key, segment }, i) => {
      const now = segment.isGone ? this.segmentAt(segment.startMs) : segment;
      // A write may have come first, while this read was under way.
      if (!now.entries.has(key)) this.#admit(key, now, values[i]);
    });
  }

  #admit(key: string, segment: StateSegment<V>, bytes: Buffer | undefined): void {
    // Before there is an entry: what cannot be read is no absence, whoever asks next.
    const value = bytes && this.#decode(key, bytes);
    const entry = this.#insert(key, segment, bytes?.length ?? 0);
    entry.value = entry.forwarded = value;
  }

  #insert(key: string, segment: StateSegment<V>, valueBytes: number): StateEntry<V> {
    const entry = new StateEntry<V>(key, segment);
    entry.sizeBytes = sizeOfEntry(entry, valueBytes);
    segment.entries.set(key, entry);
    this.#entriesCount++;
    this.#recent.added(entry);
    this.#budget.use(entry.sizeBytes);
    this.#segments.learn(segment, key);
    return entry;
  }

  /** What is not committed, the next one to be read last. Whoever changes a value in place gets a copy from now on. */
  #uncommittedWithin(range: ScanRange): UncommittedEntries<V> {
    const found: UncommittedEntries<V> = [];
    for (const entry of this.#dirty) {
      const { text } = entry;
      if (!isWithin(range, text)) continue;
      entry.own = undefined;
      found.push([text, entry.value]);
    }
    found.sort(([a], [b]) => (a < b ? 1 : -1));
    return range.descending === true ? found.reverse() : found;
  }
}
