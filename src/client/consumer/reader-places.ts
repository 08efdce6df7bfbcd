/**
 * Where those are who read a partition together. Who has not moved since the last {@link ReaderPlaces.forget} is not known, so that one
 * that has left holds up nobody for long.
 */
export class ReaderPlaces {
  readonly #offsets = new Map<object, number>();
  #least = Number.POSITIVE_INFINITY;
  /** How many are at the least offset. */
  #last = 0;

  /** The offset that all have come to; infinite while nobody is known. */
  get least(): number {
    return this.#least;
  }

  /** Notes that a reader wants to go on at an offset. It has taken all that it wants of what comes before. */
  moved(reader: object, offset: number): void {
    const before = this.#offsets.get(reader);
    if (before === offset) return;
    this.#offsets.set(reader, offset);
    if (offset < this.#least) {
      this.#least = offset;
      this.#last = 1;
      return;
    }
    if (offset === this.#least) this.#last++;
    // Counted anew once for all who move on from there.
    if (before === this.#least && --this.#last === 0) this.#findLeast();
  }

  forget(): void {
    this.#offsets.clear();
    this.#least = Number.POSITIVE_INFINITY;
    this.#last = 0;
  }

  #findLeast(): void {
    this.#least = Number.POSITIVE_INFINITY;
    for (const offset of this.#offsets.values()) {
      if (offset > this.#least) continue;
      this.#last = offset === this.#least ? this.#last + 1 : 1;
      this.#least = offset;
    }
  }
}
