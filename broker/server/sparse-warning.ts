import type { Clock } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';

/** What is told of no more often than this: who is refused tries again, a thousand times a second. */
const INTERVAL_MS = 10_000;

/** A warning for what clients can cause as often as they like: the first is told, then how many there were since. */
export class SparseWarning {
  readonly #message: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #untold = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(message: string, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#message = message;
    this.#clock = clock;
    this.#logger = logger;
  }

  tell(fields: Readonly<Record<string, unknown>>): void {
    this.#untold++;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldMs < INTERVAL_MS) {
      this.#logger.debug(this.#message, fields);
      return;
    }
    this.#logger.warn(this.#message, { ...fields, count: this.#untold });
    this.#toldMs = nowMs;
    this.#untold = 0;
  }
}
