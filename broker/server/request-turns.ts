import type { Clock, Timers } from '../../src/base/environment.ts';
import { Queue } from '../../src/base/queue.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';

/** How many requests of one connection are begun before the other connections have their turn. */
export const REQUESTS_PER_TURN_MAX = 16;

/**
 * The line of connections that have had their share of a turn of the event loop and hold more requests: each gets
 * another share in a later turn, one after the other. What has come on other connections is read between the turns, so
 * that a client which sends thousands of requests at once delays the others by no more than a slice of time. Apache
 * Kafka has the same by handling one request of a connection at a time.
 */
export class RequestTurns {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiting = new Queue<() => void>();
  #isDeferred = false;

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Calls back, once, in a later turn of the event loop. */
  wait(callback: () => void): void {
    this.#waiting.push(callback);
    this.#deferOnce();
  }

  #deferOnce(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#timers.defer(this.#run);
  }

  readonly #run = (): void => {
    this.#isDeferred = false;
    const slice = new TimeSlice({ clock: this.#clock, timers: this.#timers });
    // Who comes back while this runs has had its share of this turn.
    for (let left = this.#waiting.length; left > 0; left--) {
      this.#waiting.shift()?.();
      if (slice.isOver) break;
    }
    if (this.#waiting.length > 0) this.#deferOnce();
  };
}
