import type { Environment, Timer } from '../../../base/environment.ts';
import { RestartBackoff, type RestartBackoffOptions } from '../../../base/restart-backoff.ts';

/** A query that has run for so long since its thread has ended at it is not what that ended of. */
const CLEARED_MS = 300_000;

/**
 * Holds back a query whose row was being processed when its thread has ended, so that the others go on in the next one without it.
 * Whether they live with it is tried after a while, which doubles with each thread that ends at it.
 */
export class Suspicion {
  readonly #timers: Environment['timers'];
  readonly #backoff: RestartBackoff;
  /** How long it waits in the next thread; undefined: it does not. */
  #waitMs: number | undefined;
  #timer: Timer | undefined;

  constructor(
    { initialMs, maxMs }: RestartBackoffOptions,
    environment: Pick<Environment, 'clock' | 'random' | 'timers'>,
  ) {
    this.#timers = environment.timers;
    this.#backoff = new RestartBackoff({ initialMs, maxMs, settledMs: CLEARED_MS }, environment);
  }

  get isHeldBack(): boolean {
    return this.#waitMs !== undefined;
  }

  /** Its thread has ended at it. @returns how long it will wait, in milliseconds. */
  suspect(cause: unknown): number {
    this.#waitMs = this.#backoff.delayAfter(cause);
    return this.#waitMs;
  }

  /** Goes on at once, or after the wait where it is held back. */
  whenLet(goOn: () => void): void {
    if (this.#waitMs === undefined) return goOn();
    this.#timer = this.#timers.after(this.#waitMs, () => {
      this.#waitMs = undefined;
      goOn();
    });
  }

  /** It begins to run. */
  started(): void {
    this.#backoff.started();
  }

  /** Stops the wait, which begins anew with the next thread. */
  interrupt(): void {
    this.#timer?.cancel();
  }

  /** It is not held back any more, and nobody goes on with it. */
  drop(): void {
    this.interrupt();
    this.#waitMs = undefined;
  }
}
