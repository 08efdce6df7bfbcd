/** What {@link OpenSegments} may ask to give up its file handle and indexes. */
interface Releasable {
  release(): void;
}

/**
 * Bounds how many segments of a broker are open at a time: those used longest ago are released and open their files again
 * when they are asked for. Of an active segment only its opening counts as use, since an append is no place for
 * bookkeeping: one that is busy loses its file at most once while so many others open theirs.
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
