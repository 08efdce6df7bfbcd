import type { Clock, Random, Timer, Timers } from '../../../../src/base/environment.ts';

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

/** Time that passes only when told to. Promises settle between two timers, as they do between two turns of the loop. */
export class ManualTime {
  #nowMs = 1_700_000_000_000;
  #order = 0;
  readonly #scheduled = new Set<Scheduled>();
  readonly clock: Clock = { nowMs: () => this.#nowMs, monotonicMs: () => this.#nowMs };
  readonly timers: Timers = {
    after: (delayMs, callback) => this.#schedule({ delayMs, everyMs: undefined, callback }),
    every: (intervalMs, callback) => this.#schedule({ delayMs: intervalMs, everyMs: intervalMs, callback }),
    defer: (callback) => void this.#schedule({ delayMs: 0, everyMs: undefined, callback }),
    sleep: (delayMs) => new Promise((resolve) => this.timers.after(delayMs, resolve)),
  };

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.#scheduled.size;
  }

  #schedule(timer: {
    readonly delayMs: number;
    readonly everyMs: number | undefined;
    readonly callback: () => void;
  }): Timer {
    const { delayMs, everyMs, callback } = timer;
    const scheduled: Scheduled = { atMs: this.#nowMs + delayMs, order: this.#order++, everyMs, callback };
    this.#scheduled.add(scheduled);
    let current = scheduled;
    const repeat = (): void => {
      if (everyMs === undefined) return;
      current = { ...current, atMs: current.atMs + everyMs, order: this.#order++ };
      this.#repeats.set(current, repeat);
      this.#scheduled.add(current);
    };
    this.#repeats.set(scheduled, repeat);
    return { cancel: () => void this.#scheduled.delete(current) };
  }

  readonly #repeats = new WeakMap<Scheduled, () => void>();

  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settle();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#nowMs = next.atMs;
      this.#scheduled.delete(next);
      this.#repeats.get(next)?.();
      next.callback();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Scheduled | undefined {
    let first: Scheduled | undefined;
    for (const scheduled of this.#scheduled) {
      if (scheduled.atMs > untilMs) continue;
      const isBefore =
        first === undefined ||
        scheduled.atMs < first.atMs ||
        (scheduled.atMs === first.atMs && scheduled.order < first.order);
      if (isBefore) first = scheduled;
    }
    return first;
  }
}

/** Lets promises that can settle do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A generator of numbers from a seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (bound: number): number => Math.floor(float() * bound);
  return { float, int, bytes: (length) => Uint8Array.from({ length }, () => int(256)) };
}
