import type { Clock, LoopDelay } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Stall, StallMetrics } from './metrics.ts';

/** The rule: nothing holds the event loop longer. */
export const STALL_MS = 20;
/** From here on a stall is worth a line in the log. */
const REPORT_MS = 200;

/** The cause of what neither a request nor a duty has noted. */
export const OTHER_WORK = 'other work of this process';

const NONE: Stall = { ms: 0, cause: 'none' };

interface StallWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How late the event loop was, by its own account; absent where time stands still while code runs. */
  readonly loopDelay?: LoopDelay;
}

/**
 * Watches how long the event loop is held, and by what. Requests and duties say what they take; what the loop's own clock
 * finds beyond that is put down to something else of this process.
 */
export class StallWatch implements StallMetrics {
  readonly #options: StallWatchOptions;
  #longest = NONE;
  #stallsTotal = 0;
  /** The longest known piece of work since the loop's delay was last asked for. */
  #longestSinceSample = 0;

  constructor(options: StallWatchOptions) {
    this.#options = options;
  }

  get longest(): Stall {
    this.#sample();
    return this.#longest;
  }

  get stallsTotal(): number {
    this.#sample();
    return this.#stallsTotal;
  }

  /** Runs a duty, which does not wait for anything, and notes what it took. */
  run(cause: string, duty: () => void): void {
    const startMs = this.#options.clock.monotonicMs();
    try {
      duty();
    } finally {
      this.note(cause, this.#options.clock.monotonicMs() - startMs);
    }
  }

  /** Notes that something held the event loop for a time. */
  note(cause: string, ms: number): void {
    if (ms > this.#longestSinceSample) this.#longestSinceSample = ms;
    if (ms >= STALL_MS) this.#onStall({ ms, cause });
  }

  /** Forgets what was, so that what comes can be told from it. */
  reset(): void {
    this.#options.loopDelay?.takeMaxMs();
    this.#longest = NONE;
    this.#stallsTotal = 0;
    this.#longestSinceSample = 0;
  }

  close(): void {
    this.#options.loopDelay?.close();
  }

  /** Only what is longer than all that is known of has another cause. */
  #sample(): void {
    const ms = this.#options.loopDelay?.takeMaxMs() ?? 0;
    if (ms >= STALL_MS && ms > this.#longestSinceSample + STALL_MS) this.#onStall({ ms, cause: OTHER_WORK });
    this.#longestSinceSample = 0;
  }

  #onStall(stall: Stall): void {
    this.#stallsTotal++;
    if (stall.ms > this.#longest.ms) this.#longest = stall;
    if (stall.ms >= REPORT_MS) this.#options.logger.warn('the event loop was held', { ...stall });
  }
}
