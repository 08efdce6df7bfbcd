import { FewEntries } from '../../src/base/few-entries.ts';

/**
 * Stands for one question to the transaction coordinator, whether a producer's transaction has this partition in it
 * (KIP-890). The batch that begins the transaction here is appended under the guard that was there when the question was
 * asked, and only if that is still there: a marker takes it away, so that an answer from before the marker lets nothing in
 * that nobody would ever end.
 */
export interface VerificationGuard {
  readonly createdMs: number;
  /** A producer that gets an epoch for each transaction (TV2): what is not known here begins at sequence 0. */
  readonly beginsAtZero: boolean;
  producerEpoch: number;
  /** The lowest first sequence that was asked about in this epoch: a batch with a higher one has to wait for its turn. */
  sequenceMin: number;
}

/** What a leader asks about. */
export interface VerifiedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly beginsAtZero: boolean;
}

/** The guards of one partition, by producer. In memory only: who leads next asks anew. */
export class VerificationGuards {
  readonly #guards = new FewEntries<number, VerificationGuard>();

  get(producerId: number): VerificationGuard | undefined {
    return this.#guards.get(producerId);
  }

  /** The guard under which a batch may be appended; batches that are asked about side by side share it. */
  obtain(
    { producerId, producerEpoch, baseSequence, beginsAtZero }: VerifiedBatch,
    nowMs: number,
  ): VerificationGuard {
    const known = this.#guards.get(producerId);
    if (known === undefined) {
      const guard = { createdMs: nowMs, beginsAtZero, producerEpoch, sequenceMin: baseSequence };
      this.#guards.set(producerId, guard);
      return guard;
    }
    if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch;
      known.sequenceMin = baseSequence;
    } else if (producerEpoch === known.producerEpoch && baseSequence < known.sequenceMin) {
      known.sequenceMin = baseSequence;
    }
    return known;
  }

  /** A batch of the producer's transaction was appended. */
  onBatch(producerId: number): void {
    this.#guards.delete(producerId);
  }

  /**
   * A marker was appended. With an epoch per transaction it has the one in which the next transaction writes: somebody may
   * ask about that already, and goes on asking.
   */
  onMarker(producerId: number, producerEpoch: number): void {
    const guard = this.#guards.get(producerId);
    if (guard === undefined || (guard.beginsAtZero && guard.producerEpoch === producerEpoch)) return;
    this.#guards.delete(producerId);
  }

  clear(): void {
    this.#guards.clear();
  }

  /** Forgets guards of `expirationMs` ago: what they waited for never came. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [producerId, { createdMs }] of this.#guards.entries()) {
      if (nowMs - createdMs >= expirationMs) this.#guards.delete(producerId);
    }
  }
}
