import type { Timer, Timers } from './environment.ts';

/** What goes off together. */
interface Round {
  readonly callbacks: Set<() => void>;
  readonly timer: Timer;
}

/**
 * Intervals of many owners that go off together: those of one length have one timer. A hundred timers of their own would wake an
 * idle process a hundred times in an interval, each of them at another moment.
 */
export class SharedIntervals {
  readonly #timers: Pick<Timers, 'every'>;
  readonly #rounds = new Map<number, Round>();

  constructor(timers: Pick<Timers, 'every'>) {
    this.#timers = timers;
  }

  /**
   * Runs `callback` about every `intervalMs` until cancelled: as {@link Timers.every}, but the first time comes with that of the
   * others, which may be sooner.
   */
  every(intervalMs: number, callback: () => void): Timer {
    let round = this.#rounds.get(intervalMs);
    if (round === undefined) {
      const callbacks = new Set<() => void>();
      const timer = this.#timers.every(intervalMs, () => callAll(callbacks));
      round = { callbacks, timer };
      this.#rounds.set(intervalMs, round);
    }
    const { callbacks, timer } = round;
    // Of its own, since one function may be given twice.
    const own = (): void => callback();
    callbacks.add(own);
    return {
      cancel: () => {
        if (!callbacks.delete(own) || callbacks.size > 0) return;
        timer.cancel();
        this.#rounds.delete(intervalMs);
      },
    };
  }
}

/**
 * Calls each of them, whatever another one throws. Whoever is cancelled by one of those before is not called any more, and who comes
 * meanwhile waits for the next time. @throws what the first of them threw.
 */
function callAll(callbacks: ReadonlySet<() => void>): void {
  const failures: unknown[] = [];
  for (const each of [...callbacks]) {
    if (!callbacks.has(each)) continue;
    try {
      each();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
