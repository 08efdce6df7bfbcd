import type { Clock, Random, Timer, Timers } from '../../../src/base/environment.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** A seeded generator (mulberry32): the same seed gives the same run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    float,
    int: (bound) => Math.floor(float() * bound),
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(float() * 256)),
  };
}

/** Timers and a clock that stand still until told to run: one event after another, each with all that it awaits. */
export class VirtualTime implements Timers, Clock {
  #nowMs = 1_700_000_000_000;
  #order = 0;
  #events: Event[] = [];

  nowMs(): number {
    return Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const event: Event = {
      at: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      run: callback,
      cancelled: false,
    };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#events[middle];
      if (
        other !== undefined &&
        (other.at > event.at || (other.at === event.at && other.order > event.order))
      ) {
        low = middle + 1;
      } else high = middle;
    }
    // The next event is the last element.
    this.#events.splice(low, 0, event);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  }

  every(intervalMs: number, callback: () => void): Timer {
    let current: Timer;
    let cancelled = false;
    const again = (): void => {
      current = this.after(intervalMs, () => {
        callback();
        if (!cancelled) again();
      });
    };
    again();
    return {
      cancel: () => {
        cancelled = true;
        current.cancel();
      },
    };
  }

  defer(callback: () => void): void {
    this.after(0, callback);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** Runs all events of the next `durationMs`, calling `afterEach` when what an event caused has settled. */
  async run(durationMs: number, afterEach: () => void = () => {}): Promise<void> {
    const until = this.#nowMs + durationMs;
    for (;;) {
      const event = this.#events.at(-1);
      if (event === undefined || event.at > until) break;
      this.#events.pop();
      if (event.cancelled) continue;
      this.#nowMs = event.at;
      event.run();
      await settle();
      afterEach();
    }
    this.#nowMs = until;
    await settle();
  }
}

/** Resolves when all promises that can go on have gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
