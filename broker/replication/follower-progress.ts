/** What a leader knows of one follower, from the fetches that it sends. */
export class FollowerProgress {
  readonly brokerId: number;
  /** The follower has everything below; -1 until its first fetch in this leader epoch. */
  logEndOffset = -1;
  logStartOffset = -1;
  /** Incarnation that sent the last fetch, -1 when unknown. */
  brokerEpoch = -1;
  /** When it last had all that the leader had; monotonic time. */
  lastCaughtUpMs: number;
  #lastFetchMs: number;
  #leaderEndOffsetAtLastFetch = -1;

  constructor(brokerId: number, lastCaughtUpMs: number) {
    this.brokerId = brokerId;
    this.lastCaughtUpMs = lastCaughtUpMs;
    this.#lastFetchMs = lastCaughtUpMs;
  }

  /**
   * A fetch from `fetchOffset` has come. A follower that under steady load never quite reaches the end of the log is
   * still caught up as of its previous fetch when it now has what the leader had then.
   */
  onFetch(fetch: {
    readonly fetchOffset: number;
    readonly logStartOffset: number;
    readonly brokerEpoch: number;
    readonly leaderEndOffset: number;
    readonly nowMs: number;
  }): void {
    if (fetch.fetchOffset >= fetch.leaderEndOffset) {
      this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, fetch.nowMs);
    } else if (fetch.fetchOffset >= this.#leaderEndOffsetAtLastFetch) {
      this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, this.#lastFetchMs);
    }
    this.logEndOffset = fetch.fetchOffset;
    this.logStartOffset = fetch.logStartOffset;
    this.brokerEpoch = fetch.brokerEpoch;
    this.#lastFetchMs = fetch.nowMs;
    this.#leaderEndOffsetAtLastFetch = fetch.leaderEndOffset;
  }

  isCaughtUp(state: {
    readonly leaderEndOffset: number;
    readonly nowMs: number;
    readonly lagMsMax: number;
  }): boolean {
    return this.logEndOffset === state.leaderEndOffset || state.nowMs - this.lastCaughtUpMs <= state.lagMsMax;
  }
}
