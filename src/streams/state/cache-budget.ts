import type { CachePool } from './cache-pool.ts';

const MUST_COMMIT_PART = 3 / 4;

/** How much memory the overlays of one thread's stores may take together (`statestore.cache.max.bytes`). */
export class CacheBudget {
  readonly bytesMax: number;
  /** Undefined, too, once it has left. */
  #pool: CachePool | undefined;
  #usedBytes = 0;
  #dirtyBytes = 0;

  /** @param pool what it has together with others; without one it is bound by its own size only. */
  constructor(bytesMax: number, pool?: CachePool) {
    this.bytesMax = bytesMax;
    this.#pool = pool;
    pool?.join();
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Of those used, bytes of entries that are not committed and therefore cannot be let go. */
  get dirtyBytes(): number {
    return this.#dirtyBytes;
  }

  /** Counts bytes that an entry takes, or, where negative, no longer takes. */
  use(bytes: number): void {
    this.#usedBytes += bytes;
    this.#pool?.use(bytes);
  }

  /** Counts bytes that are uncommitted from now on, or, where negative, no longer. */
  dirty(bytes: number): void {
    this.#dirtyBytes += bytes;
  }

  get isExceeded(): boolean {
    return this.#usedBytes > this.bytesMax || this.#isBeyondShare;
  }

  /** Nearly all is uncommitted: no more may come to it. */
  get mustCommit(): boolean {
    return this.#dirtyBytes > this.bytesMax * MUST_COMMIT_PART;
  }

  /**
   * So much is uncommitted that clean entries have no room: time for a commit. To be asked after those were let go that can be:
   * where all fits, the longer a commit waits, the more changes of a row it writes as one.
   */
  get wantsCommit(): boolean {
    if (this.mustCommit) return true;
    if (this.#dirtyBytes > this.bytesMax / 2 && this.#usedBytes > this.bytesMax) return true;
    const pool = this.#pool;
    return pool !== undefined && this.#isBeyondShare && this.#dirtyBytes > pool.shareBytes / 2;
  }

  /** Leaves the pool to the others. The stores have given their memory back before. */
  close(): void {
    this.#pool?.leave(this.#usedBytes);
    this.#pool = undefined;
  }

  /** There is no room, and it is not the others who have taken it. */
  get #isBeyondShare(): boolean {
    const pool = this.#pool;
    return pool?.isFull === true && this.#usedBytes > pool.shareBytes;
  }
}
