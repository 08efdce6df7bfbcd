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
    this.#entries.push({ baseOffset, nextOffset, bytes: kept });
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
      this.#budget.giveBack((this.#entries[index] as RecentEntry).bytes);
    }
    this.#entries = [];
    this.#head = 0;
  }

  /** Called by the budget. */
  evictOldest(): void {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return;
    this.#budget.giveBack(entry.bytes);
    this.#entries[this.#head] = GONE;
    this.#head++;
    if (this.#head >= 64 && this.#head * 2 >= this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

export interface RecentEntry {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** One or more whole batches. */
  readonly bytes: Buffer;
}

const GONE: RecentEntry = { baseOffset: -1, nextOffset: -1, bytes: Buffer.alloc(0) };

/** What an entry costs beside its bytes: two small objects. */
const ENTRY_OVERHEAD_BYTES = 256;

/** Bytes of recent batches that all logs of a broker may hold together. */
export class RecentBudget {
  readonly bytesMax: number;
  #bytes = 0;
  /** Whose entry is the oldest, second oldest ...: one element per entry, more after a queue was cleared. */
  #order: RecentBatches[] = [];
  #head = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room and answers the bytes to keep, or undefined when they are too many altogether. */
  claim(owner: RecentBatches, bytes: Buffer): Buffer | undefined {
    if (bytes.length + ENTRY_OVERHEAD_BYTES > this.bytesMax) return undefined;
    this.#bytes += bytes.length + ENTRY_OVERHEAD_BYTES;
    this.#order.push(owner);
    while (this.#bytes > this.bytesMax) this.#evictOldest();
    return ownMemory(bytes);
  }

  giveBack(bytes: Buffer): void {
    this.#bytes -= bytes.length + ENTRY_OVERHEAD_BYTES;
  }

  #evictOldest(): void {
    this.#order[this.#head++]?.evictOldest();
    if (this.#head >= 1024 && this.#head * 2 >= this.#order.length) {
      this.#order.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/**
 * A batch is a view on the request it came in. Kept as it is, it keeps the whole request: fine when it is most of it,
 * but a small batch of a large request, or a small request in a large socket buffer, is copied.
 */
function ownMemory(bytes: Buffer): Buffer {
  return bytes.length * 4 >= bytes.buffer.byteLength ? bytes : Buffer.from(bytes);
}
