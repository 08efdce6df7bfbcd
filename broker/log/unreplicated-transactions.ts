/** Below this many passed transactions it does not pay to close the gap. */
const GAP_MIN = 1024;

/**
 * The ended transactions of a partition whose markers the high watermark has not passed, as far as they decide where the last
 * stable offset is: the smallest first offset of them all. They come and go in the order of their markers, so that one
 * which began after a later one is never the smallest and need not be kept. All is in constant time on average: a log that
 * is opened may have millions of them. Kafka has a tree for it (`ProducerStateManager.unreplicatedTxns`).
 */
export class UnreplicatedTransactions {
  /** Ascending, as are the offsets of the markers beside them. */
  #firstOffsets: number[] = [];
  #markerOffsets: number[] = [];
  /** So many at the start are passed. */
  #passed = 0;

  /** Where the earliest of them began, or undefined. */
  get firstOffset(): number | undefined {
    return this.#firstOffsets[this.#passed];
  }

  /** How many are kept. */
  get size(): number {
    return this.#firstOffsets.length - this.#passed;
  }

  /** A transaction has ended with the marker at `markerOffset`, which is the largest so far. */
  add(firstOffset: number, markerOffset: number): void {
    while (this.size > 0 && (this.#firstOffsets.at(-1) ?? -1) > firstOffset) {
      this.#firstOffsets.pop();
      this.#markerOffsets.pop();
    }
    this.#firstOffsets.push(firstOffset);
    this.#markerOffsets.push(markerOffset);
  }

  /** Lets go of those whose marker is below the high watermark. */
  onHighWatermark(highWatermark: number): void {
    while ((this.#markerOffsets[this.#passed] ?? highWatermark) < highWatermark) this.#passed++;
    if (this.size === 0) this.clear();
    else if (this.#passed >= GAP_MIN && this.#passed >= this.size) this.#closeGap();
  }

  clear(): void {
    if (this.#firstOffsets.length === 0) return;
    this.#firstOffsets = [];
    this.#markerOffsets = [];
    this.#passed = 0;
  }

  #closeGap(): void {
    this.#firstOffsets = this.#firstOffsets.slice(this.#passed);
    this.#markerOffsets = this.#markerOffsets.slice(this.#passed);
    this.#passed = 0;
  }
}
