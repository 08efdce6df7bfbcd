import type { Random } from '../../base/environment.ts';

/** How far the jitter goes to either side (KIP-580). */
const JITTER = 0.2;

/** Pauses that double with each failure, up to a limit, with jitter so that many clients do not return at once. */
export class Backoff {
  readonly #random: Random;
  readonly #firstMs: number;
  readonly #lastMs: number;

  constructor(random: Random, limits: { readonly firstMs: number; readonly lastMs: number }) {
    this.#random = random;
    this.#firstMs = limits.firstMs;
    this.#lastMs = Math.max(limits.firstMs, limits.lastMs);
  }

  /** @param failures how often it has failed already; 1 after the first time. */
  delayMs(failures: number): number {
    const exponential = this.#firstMs * 2 ** Math.min(30, Math.max(0, failures - 1));
    const jitter = 1 - JITTER + 2 * JITTER * this.#random.float();
    return Math.min(this.#lastMs, exponential) * jitter;
  }
}
