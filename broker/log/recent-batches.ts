/**
 * What was appended last, still in memory, so that a consumer at the tail reads no disk. One queue per log; all queues
 * of a broker share one budget and give up their oldest entries in the order in which they came.
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

  /** Adds what was just appended; `bytes` must follow the last entry without a gap in the log. */
  push(baseOffset: number, nextOffset: number, bytes: Buffer): void {
    const kept = this.#budget.claim(this, bytes);
    if (kept === undefined) {
      // Too large to keep: what is older must not look like the tail.
      this.clear();
      return;
    }
    this.#entries.push({ baseOffset, nextOffset, ...kept });
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

  clear(): void {
    for (let index = this.#head; index < this.#entries.length; index++) {
      this.#budget.giveBack(this.#entries[index] as RecentEntry);
    }
    this.#entries = [];
    this.#head = 0;
  }

  /** Called by the budget. */
  evictOldest(): void {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return;
    this.#budget.giveBack(entry);
    this.#entries[this.#head] = GONE;
    this.#head++;
    if (this.#head >= 64 && this.#head * 2 >= this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** Memory that is kept. */
interface Kept {
  /** One or more whole batches. */
  readonly bytes: Buffer;
  /** What it takes of the budget. */
  readonly charge: number;
}

export interface RecentEntry extends Kept {
  readonly baseOffset: number;
  readonly nextOffset: number;
}

const GONE: RecentEntry = { baseOffset: -1, nextOffset: -1, bytes: Buffer.alloc(0), charge: 0 };

/** What an entry costs beside its bytes: two small objects. */
const ENTRY_OVERHEAD_BYTES = 256;

/** Producers write to six or twelve partitions of a broker at once. */
const BATCHES_PER_REQUEST_MAX = 16;

/** Bytes of recent batches that all logs of a broker may hold together. */
export class RecentBudget {
  readonly bytesMax: number;
  #bytes = 0;
  /** Whose entry is the oldest, second oldest ...: one element per entry, more after a queue was cleared. */
  #order: RecentBatches[] = [];
  #head = 0;
  /** The memory that the latest entry lies in. */
  #latest: ArrayBufferLike | undefined;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room and answers what to keep, or undefined when that is too much altogether. */
  claim(owner: RecentBatches, batch: Buffer): Kept | undefined {
    if (batch.length + ENTRY_OVERHEAD_BYTES > this.bytesMax) return undefined;
    const kept = this.#keep(batch);
    this.#bytes += kept.charge;
    this.#order.push(owner);
    while (this.#bytes > this.bytesMax) this.#evictOldest();
    return kept;
  }

  giveBack({ charge }: Kept): void {
    this.#bytes -= charge;
  }

  /**
   * A batch is a view on the request it came in, and keeps all of its memory. That is fine where the request is made of
   * such batches: the first is charged for all of it, and those that follow, which are evicted right behind it, are not.
   * A small batch of a large request, or a small request in a large socket buffer, is copied.
   */
  #keep(batch: Buffer): Kept {
    const { buffer, length } = batch;
    const isSmallPart = length * BATCHES_PER_REQUEST_MAX < buffer.byteLength;
    if (isSmallPart || buffer.byteLength + ENTRY_OVERHEAD_BYTES > this.bytesMax) {
      return { bytes: Buffer.from(batch), charge: length + ENTRY_OVERHEAD_BYTES };
    }
    const isCharged = buffer === this.#latest;
    this.#latest = buffer;
    return { bytes: batch, charge: ENTRY_OVERHEAD_BYTES + (isCharged ? 0 : buffer.byteLength) };
  }

  #evictOldest(): void {
    this.#order[this.#head++]?.evictOldest();
    if (this.#head >= 1024 && this.#head * 2 >= this.#order.length) {
      this.#order.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
