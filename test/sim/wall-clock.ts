/** What the clock on a wall says, which somebody may set, and which may run too fast or too slow; never the monotonic one. */
export class WallClock {
  readonly #startMs: number;
  readonly #monotonicMs: () => number;
  #offsetMs = 0;
  #rate = 0;
  #rateSinceMs = 0;

  /** @param startMs what it says (milliseconds since the epoch) when `monotonicMs` is 0. */
  constructor(startMs: number, monotonicMs: () => number) {
    this.#startMs = startMs;
    this.#monotonicMs = monotonicMs;
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.#monotonicMs() + this.offsetMs);
  }

  /** How far it is ahead of where it would be by itself; negative: behind. */
  get offsetMs(): number {
    return this.#offsetMs + (this.#monotonicMs() - this.#rateSinceMs) * this.#rate;
  }

  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** Gains so many milliseconds in each from now on: 0.5 is half as fast again, -1 stands still, 0 is right. */
  drift(rate: number): void {
    this.#offsetMs = this.offsetMs;
    this.#rateSinceMs = this.#monotonicMs();
    this.#rate = rate;
  }
}
