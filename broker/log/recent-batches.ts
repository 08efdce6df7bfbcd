import { assert, assertDefined } from '../../src/base/assert.ts';

/** One or more whole batches in memory. */
interface RecentEntry {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** In memory that later ones are written over: to be copied at once, or not at all. */
  readonly bytes: Buffer;
}

/**
 * What was appended last, still in memory, so that a consumer at the tail reads no disk. One queue per log; all queues
 * of a broker share one ring of memory and lose their oldest entries in the order in which they came.
 *
 * An append leaves numbers behind and no object: tens of thousands of entries live long enough for the collector to copy
 * each of them twice, within pauses that small transactions, which append a dozen batches each, would see.
 */
export class RecentBatches {
  readonly #budget: RecentBudget;
  /** Three columns of a queue with a moving head: appends at the end, evictions at the front. */
  #baseOffsets: number[] = [];
  #nextOffsets: number[] = [];
  #slots: number[] = [];
  #head = 0;

  constructor(budget: RecentBudget) {
    this.#budget = budget;
  }

  /** The first offset that is in memory; Infinity when there is nothing. */
  get startOffset(): number {
    return this.#baseOffsets[this.#head] ?? Number.POSITIVE_INFINITY;
  }

  /** Copies what was just appended; `bytes` must follow the last entry without a gap in the log. */
  push(baseOffset: number, nextOffset: number, bytes: Buffer): void {
    const slot = this.#budget.keep(bytes, this);
    if (slot === undefined) {
      // Too large to keep: what is older must not look like the tail.
      this.clear();
      return;
    }
    this.#baseOffsets.push(baseOffset);
    this.#nextOffsets.push(nextOffset);
    this.#slots.push(slot);
  }

  /** Index of the entry that contains or follows `offset`. Only for offsets at or after {@link startOffset}. */
  find(offset: number): number {
    let low = this.#head;
    let high = this.#nextOffsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#nextOffsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): RecentEntry | undefined {
    const baseOffset = this.#baseOffsets[index];
    const nextOffset = this.#nextOffsets[index];
    const slot = this.#slots[index];
    if (baseOffset === undefined || nextOffset === undefined || slot === undefined) return undefined;
    return { baseOffset, nextOffset, bytes: this.#budget.bytesOf(slot) };
  }

  /** Forgets what begins before `offset`: in the log is something else now. */
  dropBefore(offset: number): void {
    for (;;) {
      const slot = this.#slots[this.#head];
      if (slot === undefined || this.startOffset >= offset) return;
      this.#budget.disown(slot);
      this.#head++;
    }
  }

  clear(): void {
    for (const slot of this.#slots.slice(this.#head)) this.#budget.disown(slot);
    this.#baseOffsets = [];
    this.#nextOffsets = [];
    this.#slots = [];
    this.#head = 0;
  }

  /** Called by the budget, which is about to write over the oldest entry. */
  evict(slot: number): void {
    assert(this.#slots[this.#head] === slot, 'the entry that is evicted is the oldest of its log');
    this.#head++;
    if (this.#head >= 64 && this.#head * 2 >= this.#slots.length) {
      this.#baseOffsets.splice(0, this.#head);
      this.#nextOffsets.splice(0, this.#head);
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** As many entries as fit if each had so many bytes: what an entry costs beside them is bounded, too. */
const BYTES_PER_ENTRY_MIN = 512;
const ENTRIES_MAX_LEAST = 16;

/** The ring, and where in it which entry lies: slots are used in turn, from the oldest entry on. */
interface RecentMemory {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Whose entry it is, until that queue is cleared. */
  readonly owners: (RecentBatches | undefined)[];
}

/**
 * A ring of memory for the recent batches of all logs of a broker. They are copied into it: a view on the request that
 * they came in would keep the request, which is used again. The operating system gives the memory as it is first written.
 */
export class RecentBudget {
  readonly bytesMax: number;
  readonly #entriesMax: number;
  #memory: RecentMemory | undefined;
  /** Where the next batch begins. */
  #end = 0;
  /** The slot of the oldest entry, and how many there are. */
  #oldest = 0;
  #count = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.#entriesMax = Math.max(ENTRIES_MAX_LEAST, Math.floor(bytesMax / BYTES_PER_ENTRY_MIN));
  }

  /** Copies a batch over the oldest ones; answers its slot, undefined when it is too large altogether. */
  keep(batch: Buffer, owner: RecentBatches): number | undefined {
    const { length } = batch;
    if (length > this.bytesMax) return undefined;
    const memory = (this.#memory ??= newMemory(this.bytesMax, this.#entriesMax));
    if (this.#end + length > this.bytesMax) {
      this.#evictBetween(memory, this.#end, this.bytesMax);
      this.#end = 0;
    }
    const start = this.#end;
    this.#end += length;
    this.#evictBetween(memory, start, this.#end);
    if (this.#count === this.#entriesMax) this.#evictOldest(memory);
    const slot = (this.#oldest + this.#count) % this.#entriesMax;
    this.#count++;
    memory.bytes.set(batch, start);
    memory.starts[slot] = start;
    memory.ends[slot] = this.#end;
    memory.owners[slot] = owner;
    return slot;
  }

  /** The bytes of an entry that has not been evicted. */
  bytesOf(slot: number): Buffer {
    const { bytes, starts, ends } = assertDefined(this.#memory, 'what was kept is in memory');
    return bytes.subarray(starts[slot], ends[slot]);
  }

  /** The queue of the entry has been cleared; the entry goes when its turn comes. */
  disown(slot: number): void {
    assertDefined(this.#memory, 'what was kept is in memory').owners[slot] = undefined;
  }

  /** The oldest entries lie right behind the newest one, so that those in the way are the first in order. */
  #evictBetween(memory: RecentMemory, start: number, end: number): void {
    while (this.#count > 0) {
      const oldestStart = memory.starts[this.#oldest] ?? 0;
      if (oldestStart < start || oldestStart >= end) return;
      this.#evictOldest(memory);
    }
  }

  #evictOldest({ owners }: RecentMemory): void {
    const slot = this.#oldest;
    const owner = owners[slot];
    owners[slot] = undefined;
    this.#oldest = (slot + 1) % this.#entriesMax;
    this.#count--;
    owner?.evict(slot);
  }
}

function newMemory(bytesMax: number, entriesMax: number): RecentMemory {
  return {
    bytes: Buffer.allocUnsafeSlow(bytesMax),
    starts: new Uint32Array(entriesMax),
    ends: new Uint32Array(entriesMax),
    owners: Array.from<RecentBatches | undefined>({ length: entriesMax }),
  };
}
