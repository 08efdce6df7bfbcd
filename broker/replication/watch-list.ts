/** Something that waits in a purgatory until a partition's state lets it finish, or its time is up. */
export interface DelayedOperation {
  /** True once it has finished for whatever reason: a list that still holds it may forget it. */
  readonly done: boolean;
  /** Finishes if it can; answers whether it has finished. */
  tryComplete(): boolean;
}

/** Finished operations that a list may hold before it is swept without being checked. */
const DONE_MAX = 64;

/**
 * The operations that wait for one partition. There is one list per partition and kind of wait, so that a change wakes
 * only what it may concern, and nothing polls.
 */
export class WatchList {
  #waiting: DelayedOperation[] = [];
  #checking = false;
  #checkAgain = false;
  #sweepAt = DONE_MAX;

  /** Operations that are held, finished ones among them. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Operations that have not finished; counted when asked. */
  get waitingCount(): number {
    let count = 0;
    for (const operation of this.#waiting) if (!operation.done) count++;
    return count;
  }

  add(operation: DelayedOperation): void {
    this.#waiting.push(operation);
    if (this.#waiting.length >= this.#sweepAt) this.#sweep();
  }

  /** Lets every operation try to finish and drops those that have. */
  check(): void {
    if (this.#waiting.length === 0) return;
    this.#checkAgain = true;
    // What an operation does when it finishes may lead back here: the outer call then goes round once more.
    if (this.#checking) return;
    this.#checking = true;
    try {
      while (this.#checkAgain) {
        this.#checkAgain = false;
        this.#checkOnce();
      }
    } finally {
      this.#checking = false;
    }
  }

  #checkOnce(): void {
    const waiting = this.#waiting;
    let kept = 0;
    for (let i = 0; i < waiting.length; i++) {
      const operation = waiting[i];
      if (operation === undefined || operation.done || operation.tryComplete()) continue;
      waiting[kept++] = operation;
    }
    waiting.length = kept;
  }

  #sweep(): void {
    if (!this.#checking) this.#waiting = this.#waiting.filter((operation) => !operation.done);
    this.#sweepAt = Math.max(DONE_MAX, this.#waiting.length * 2);
  }
}
