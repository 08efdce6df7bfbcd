/** What {@link OpenSegments} may ask to give up its file handle and indexes. */
export interface Releasable {
  release(): void;
}

/**
 * Bounds how many sealed segments of a broker are open at a time: those used longest ago are released. Active segments
 * are not counted.
 */
export class OpenSegments {
  readonly #countMax: number;
  /** In order of use, the latest last. */
  readonly #open = new Set<Releasable>();

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get count(): number {
    return this.#open.size;
  }

  touch(segment: Releasable): void {
    this.#open.delete(segment);
    this.#open.add(segment);
    if (this.#open.size <= this.#countMax) return;
    for (const oldest of this.#open) {
      this.#open.delete(oldest);
      oldest.release();
      return;
    }
  }

  forget(segment: Releasable): void {
    this.#open.delete(segment);
  }
}
