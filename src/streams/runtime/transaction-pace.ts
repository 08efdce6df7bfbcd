/** Of a stream thread, whatever its applications are: one of them alone comes at its commit interval. */
const BETWEEN_MS = 20;
/** A hundred of them wait as long as an application at least once on a SQL server does; no transaction comes near its timeout. */
const WAIT_MS_MAX = 2_000;

/**
 * When the applications of one stream thread commit their transactions. Each is some requests and records of the coordinator, for
 * the broker, too, about a millisecond of processor time in all: a hundred busy applications that commit every 100 ms would take
 * more time for it than for their records. So they take turns, and the more of them are busy the longer each waits.
 */
export class TransactionPace {
  #nextMs = Number.NEGATIVE_INFINITY;

  /**
   * Takes the next turn for a commit that is due.
   * @returns when it comes, in monotonic milliseconds: now, where nobody else has one.
   */
  take(nowMs: number): number {
    const turnMs = Math.min(Math.max(nowMs, this.#nextMs), nowMs + WAIT_MS_MAX);
    this.#nextMs = turnMs + BETWEEN_MS;
    return turnMs;
  }
}
