import type { Clock, Timers } from './environment.ts';

/** Work that takes longer than this in one turn of the event loop is felt by others. */
const SLICE_MS = 5;

/**
 * For a loop over what may be tens of thousands of things, each a moment's work: lets others of the event loop have their turn
 * from time to time.
 *
 * ```ts
 * const slice = new TimeSlice(environment);
 * for (const group of groups) {
 *   work(group);
 *   if (slice.isOver) await slice.next();
 * }
 * ```
 */
export class TimeSlice {
  readonly #clock: Clock;
  readonly #timers: Timers;
  #endMs: number;

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#endMs = clock.monotonicMs() + SLICE_MS;
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.#endMs;
  }

  /** Resolves when the others had their turn. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.#timers.defer(resolve));
    this.#endMs = this.#clock.monotonicMs() + SLICE_MS;
  }
}
