/**
 * The stream time of a task whose inputs have fallen silent (`idle.source.ms`): once they have been for so long, it goes on with
 * the wall clock, from the time of the last record. So windows close at the pace of time, whatever time the records have.
 */
export class IdleTime {
  readonly #idleMs: number;
  #processed = -1;
  #sinceMs = 0;
  #streamTimeMs = -1;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /**
   * To be asked now and then, whether or not records come: by how many were processed so far it learns when they stop.
   * Returns the stream time; undefined while the inputs are not idle, and before there was any record.
   */
  streamTimeAt(now: {
    readonly monotonicMs: number;
    readonly processed: number;
    readonly streamTimeMs: number;
  }): number | undefined {
    const { monotonicMs, processed, streamTimeMs } = now;
    if (processed !== this.#processed) {
      this.#processed = processed;
      this.#sinceMs = monotonicMs;
      this.#streamTimeMs = streamTimeMs;
      return undefined;
    }
    const silentMs = monotonicMs - this.#sinceMs;
    if (silentMs < this.#idleMs || this.#streamTimeMs < 0) return undefined;
    return this.#streamTimeMs + Math.floor(silentMs);
  }
}
