import type { Clock, Timers } from '../../src/base/environment.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';

/** Items done in one turn of the event loop, at most. */
const SLICE_ITEMS = 32;

interface SlicedWorkOptions<T> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly run: (item: T) => void;
}

/**
 * Does work that may come by the thousand in slices, so that requests, heartbeats and elections go on in between. An item
 * stands for the present state of what its key names, and is waiting once at most: `run` looks up what is to be done.
 */
export class SlicedWork<T> {
  readonly #options: SlicedWorkOptions<T>;
  readonly #waiting = new Map<string, T>();
  #isScheduled = false;
  #isClosed = false;

  constructor(options: SlicedWorkOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Few are done before the call returns, ahead of the many that may be waiting; many begin to be done. */
  add(items: ReadonlyMap<string, T>): void {
    if (this.#isClosed) return;
    if (items.size <= SLICE_ITEMS) {
      for (const [key, item] of items) {
        this.#waiting.delete(key);
        this.#options.run(item);
      }
      return;
    }
    for (const [key, item] of items) this.#waiting.set(key, item);
    // Where a slice is to come, one more in this turn would make it long: additions may come in a row.
    if (!this.#isScheduled) this.#runSlice();
  }

  /** Does nothing any more; answers what was waiting. */
  close(): readonly T[] {
    this.#isClosed = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    return waiting;
  }

  #runSlice(): void {
    const { run } = this.#options;
    // It ends early where the disk is slow: opening a log takes longer there.
    const slice = new TimeSlice(this.#options);
    let count = 0;
    for (const [key, item] of this.#waiting) {
      this.#waiting.delete(key);
      run(item);
      if (++count === SLICE_ITEMS || slice.isOver) break;
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    this.#options.timers.defer(() => {
      this.#isScheduled = false;
      this.#runSlice();
    });
  }
}
