import type { Clock, Timer, Timers } from './environment.ts';
import type { LogFields, Logger } from './logger.ts';

/** How long a warning of the same kind is counted before it is told again. */
const INTERVAL_MS = 60_000;

interface Told {
  message: string;
  atMs: number;
  untold: number;
  timer: Timer | undefined;
}

/**
 * Warnings that may come by the thousand: the first of a kind is written at once, those of the minute after it as one
 * line with their count.
 */
export class RepeatedWarnings {
  readonly #logger: Logger;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #timers: Pick<Timers, 'after'>;
  readonly #told = new Map<string, Told>();

  constructor(
    logger: Logger,
    environment: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly timers: Pick<Timers, 'after'> },
  ) {
    this.#logger = logger;
    this.#clock = environment.clock;
    this.#timers = environment.timers;
  }

  /** @param kind of which there are few: each is remembered. */
  warn(kind: string, message: string, fields: () => LogFields): void {
    const told = this.#told.get(kind);
    const nowMs = this.#clock.monotonicMs();
    if (told === undefined || (told.untold === 0 && nowMs - told.atMs >= INTERVAL_MS)) {
      this.#told.set(kind, { message, atMs: nowMs, untold: 0, timer: undefined });
      this.#logger.warn(message, { kind, ...fields() });
      return;
    }
    told.untold++;
    told.timer ??= this.#timers.after(Math.max(0, told.atMs + INTERVAL_MS - nowMs), () =>
      this.#tellRest(kind, told),
    );
  }

  /** Tells what has only been counted yet. */
  flush(): void {
    for (const [kind, told] of this.#told) this.#tellRest(kind, told);
  }

  #tellRest(kind: string, told: Told): void {
    told.timer?.cancel();
    told.timer = undefined;
    if (told.untold === 0) return;
    this.#logger.warn(told.message, { kind, count: told.untold });
    told.atMs = this.#clock.monotonicMs();
    told.untold = 0;
  }
}
