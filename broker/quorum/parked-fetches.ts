import type { Timer, Timers } from '../../src/base/environment.ts';

/** A fetch that waits at the leader for something to answer with. */
interface ParkedFetch {
  readonly replicaId: number;
  readonly fetchOffset: number;
  /** What the replica knows to be committed; infinite when it did not say. */
  readonly highWatermark: number;
  /** Answers with whatever there is. */
  readonly answer: () => void;
}

/** The long polls of the replicas: one per replica, since a second one means that the first was given up. */
export class ParkedFetches {
  readonly #timers: Timers;
  readonly #parked = new Map<number, { readonly fetch: ParkedFetch; readonly timer: Timer }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  park(fetch: ParkedFetch, waitMs: number): void {
    this.#release(fetch.replicaId);
    const timer = this.#timers.after(waitMs, () => this.#release(fetch.replicaId));
    this.#parked.set(fetch.replicaId, { fetch, timer });
  }

  /** Answers those that now would get records or a new high watermark. */
  wake(log: { readonly endOffset: number; readonly highWatermark: number }): void {
    for (const { fetch } of this.#parked.values()) {
      if (log.endOffset > fetch.fetchOffset || log.highWatermark > fetch.highWatermark) {
        this.#release(fetch.replicaId);
      }
    }
  }

  releaseAll(): void {
    for (const replicaId of this.#parked.keys()) this.#release(replicaId);
  }

  #release(replicaId: number): void {
    const parked = this.#parked.get(replicaId);
    if (parked === undefined) return;
    this.#parked.delete(replicaId);
    parked.timer.cancel();
    parked.fetch.answer();
  }
}
