import { OperationalError } from './errors.ts';
import type { Environment } from './environment.ts';

export interface RestartBackoffOptions {
  /** `ksql.query.retry.backoff.initial.ms` */
  readonly initialMs: number;
  /** `ksql.query.retry.backoff.max.ms` */
  readonly maxMs: number;
  /** After the first failure of several; `initialMs` where it is not set. */
  readonly firstMs?: number;
  /** What has run for longer than that is well again, and its next failure a first one; `initialMs` where it is not set. */
  readonly settledMs?: number;
}

/** Part of a delay that is left to chance, so that queries that failed together do not all start together. */
const JITTER = 0.2;

/**
 * How long a failed query, thread or loop waits before it is started again: the delay doubles with each failure up to a maximum, as in
 * ksqlDB, and begins anew when the query has run for longer than it had waited. What may go away by itself, such as a
 * cluster that does not answer, does not make the delay grow: the query is to go on soon after the cluster is back.
 */
export class RestartBackoff {
  readonly #options: RestartBackoffOptions;
  readonly #environment: Pick<Environment, 'clock' | 'random'>;
  #failures = 0;
  #lastDelayMs = 0;
  #startedMs: number;

  constructor(options: RestartBackoffOptions, environment: Pick<Environment, 'clock' | 'random'>) {
    this.#options = options;
    this.#environment = environment;
    this.#startedMs = environment.clock.monotonicMs();
  }

  /** Called when the query begins to run. */
  started(): void {
    this.#startedMs = this.#environment.clock.monotonicMs();
  }

  /** Returns how long to wait after this failure. */
  delayAfter(error: unknown): number {
    const { initialMs, maxMs, firstMs, settledMs = initialMs } = this.#options;
    const ranMs = this.#environment.clock.monotonicMs() - this.#startedMs;
    if (ranMs > Math.max(this.#lastDelayMs, settledMs)) this.#failures = 0;
    const isFirst = firstMs !== undefined && this.#failures === 0;
    const doublings = firstMs === undefined ? this.#failures : this.#failures - 1;
    const delayMs = isFirst ? firstMs : Math.min(maxMs, initialMs * 2 ** doublings);
    if (isFirst || !(error instanceof OperationalError && error.retriable)) this.#failures++;
    this.#lastDelayMs = delayMs;
    return Math.round(delayMs * (1 - JITTER * this.#environment.random.float()));
  }
}
