import { assert } from '../../src/base/assert.ts';

/**
 * What was appended last, still in memory, so that a consumer at the tail reads no disk. One queue per log; all queues
 * of a broker share one ring of memory and lose their oldest entries in the order in which they came.
 */
export class RecentBatches {
  readonly #budget: RecentBudget;
  /** A queue with a moving head: appends at the end, evictions at the front. */
  #entries: RecentEntry[] = [];
  #head = 0;

  constructor(budget: RecentBudget) {
    this.#budget = budget;
  }

  /** The first offset that is in memory; Infinity when there is nothing. */
  get startOffset(): number {
    return this.#entries[this.#head]?.baseOffset ?? Number.POSITIVE_INFINITY;
  }

  /** Copies what was just appended; `bytes` must follow the last entry without a gap in the log. */
  push(baseOffset: number, nextOffset: number, bytes: Buffer): void {
    const kept = this.#budget.keep(bytes);
    if (kept === undefined) {
      // Too large to keep: what is older must not look like the tail.
      this.clear();
      return;
    }
    const entry: RecentEntry = { baseOffset, nextOffset, bytes: kept, owner: this };
    this.#budget.enter(entry);
    this.#entries.push(entry);
  }

  /** Index of the entry that contains or follows `offset`. Only for offsets at or after {@link startOffset}. */
  find(offset: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as RecentEntry).nextOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): RecentEntry | undefined {
    return this.#entries[index];
  }

  /** Forgets what begins before `offset`: in the log is something else now. */
  dropBefore(offset: number): void {
    for (;;) {
      const oldest = this.#entries[this.#head];
      if (oldest === undefined || oldest.baseOffset >= offset) return;
      oldest.owner = undefined;
      this.#entries[this.#head] = GONE;
      this.#head++;
    }
  }

  clear(): void {
    for (let index = this.#head; index < this.#entries.length; index++) {
      (this.#entries[index] as RecentEntry).owner = undefined;
    }
    this.#entries = [];
    this.#head = 0;
  }

  /** Called by the budget, which is about to write over the oldest entry. */
  evict(entry: RecentEntry): void {
    assert(this.#entries[this.#head] === entry, 'the entry that is evicted is the oldest of its log');
    this.#entries[this.#head] = GONE;
    this.#head++;
    if (this.#head >= 64 && this.#head * 2 >= this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

interface RecentEntry {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** One or more whole batches, in memory that later ones are written over: to be copied at once, or not at all. */
  readonly bytes: Buffer;
  /** Whose entry it is, until that queue is cleared. */
  owner: RecentBatches | undefined;
}

const GONE: RecentEntry = { baseOffset: -1, nextOffset: -1, bytes: Buffer.alloc(0), owner: undefined };

/** As many entries as fit if each had so many bytes: what an entry costs beside them is bounded, too. */
const BYTES_PER_ENTRY_MIN = 512;
const ENTRIES_MAX_LEAST = 16;

/**
 * A ring of memory for the recent batches of all logs of a broker. They are copied into it: a view on the request that
 * they came in would keep the request, which is used again. The operating system gives the memory as it is first written.
 */
export class RecentBudget {
  readonly bytesMax: number;
  readonly #entriesMax: number;
  #memory: Buffer | undefined;
  /** Where the next batch begins. */
  #end = 0;
  /** Entries in the order of their places, from the oldest on. */
  #order: RecentEntry[] = [];
  #head = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.#entriesMax = Math.max(ENTRIES_MAX_LEAST, Math.floor(bytesMax / BYTES_PER_ENTRY_MIN));
  }

  /** Copies a batch over the oldest ones; undefined when it is too large altogether. {@link enter} has to follow. */
  keep(batch: Buffer): Buffer | undefined {
    const { length } = batch;
    if (length > this.bytesMax) return undefined;
    this.#memory ??= Buffer.allocUnsafeSlow(this.bytesMax);
    if (this.#end + length > this.bytesMax) {
      this.#evictBetween(this.#end, this.bytesMax);
      this.#end = 0;
    }
    const start = this.#end;
    this.#end += length;
    this.#evictBetween(start, this.#end);
    const kept = this.#memory.subarray(start, this.#end);
    kept.set(batch);
    return kept;
  }

  enter(entry: RecentEntry): void {
    this.#order.push(entry);
    if (this.#order.length - this.#head > this.#entriesMax) this.#evictOldest();
  }

  /** The oldest entries lie right behind the newest one, so that those in the way are the first in order. */
  #evictBetween(start: number, end: number): void {
    for (;;) {
      const oldest = this.#order[this.#head];
      if (oldest === undefined) return;
      const { byteOffset } = oldest.bytes;
      if (byteOffset < start || byteOffset >= end) return;
      this.#evictOldest();
    }
  }

  #evictOldest(): void {
    const oldest = this.#order[this.#head];
    if (oldest === undefined) return;
    oldest.owner?.evict(oldest);
    this.#order[this.#head] = GONE;
    this.#head++;
    if (this.#head >= 1024 && this.#head * 2 >= this.#order.length) {
      this.#order.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
