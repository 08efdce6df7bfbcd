import type { Clock } from '../../base/environment.ts';

/** How often counts are looked at, and over how many looks rates are taken: the last half minute. */
export const RATE_SAMPLE_MS = 5_000;
const SAMPLES = 6;

interface Sample {
  readonly atMs: number;
  readonly counts: readonly number[];
}

/** Rates of counts that only grow, as means over the last half minute. */
export class RateWindow {
  readonly #clock: Clock;
  readonly #samples: Sample[];

  /** @param counts what the counts are when the window opens. */
  constructor(clock: Clock, counts: readonly number[]) {
    this.#clock = clock;
    this.#samples = [{ atMs: clock.monotonicMs(), counts }];
  }

  /** Called every {@link RATE_SAMPLE_MS}. */
  sample(counts: readonly number[]): void {
    this.#samples.push({ atMs: this.#clock.monotonicMs(), counts });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Each count's growth per second up to now. */
  perSecond(counts: readonly number[]): readonly number[] {
    const [first] = this.#samples;
    const elapsedMs = first === undefined ? 0 : this.#clock.monotonicMs() - first.atMs;
    return counts.map((count, index) =>
      elapsedMs <= 0 ? 0 : ((count - (first?.counts[index] ?? 0)) * 1000) / elapsedMs,
    );
  }
}
