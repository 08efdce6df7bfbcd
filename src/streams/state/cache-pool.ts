/**
 * The memory that the write-back caches of all applications of a host take together. An equal share of it is each one's; what
 * the others leave of theirs is free for whoever needs it. When all is taken, those that are beyond their share make room:
 * they let clean entries go, or commit; nobody loses what is within its share.
 */
export class CachePool {
  readonly bytesMax: number;
  #usedBytes = 0;
  #members = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get isFull(): boolean {
    return this.#usedBytes > this.bytesMax;
  }

  /** What each member may keep however full the pool is. */
  get shareBytes(): number {
    return this.bytesMax / Math.max(1, this.#members);
  }

  join(): void {
    this.#members++;
  }

  /** @param bytes what the member has still in use. */
  leave(bytes: number): void {
    this.#members--;
    this.#usedBytes -= bytes;
  }

  use(bytes: number): void {
    this.#usedBytes += bytes;
  }
}
