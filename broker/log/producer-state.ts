import { ProducerEntry, sequenceAfter } from './producer-entry.ts';
import {
  APPEND,
  checkEpoch,
  checkMarker,
  checkSequence,
  checkVerified,
  findDuplicate,
  hasOpenTransaction,
  type MarkerEpochs,
  type SequenceCheck,
  type SequencedBatch,
} from './sequence-check.ts';
import { UnreplicatedTransactions } from './unreplicated-transactions.ts';
import { type VerificationGuard, VerificationGuards, type VerifiedBatch } from './verification-guards.ts';

/** A transaction that no marker has ended. */
interface OpenTxn {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** A transaction that a marker has just ended. */
export interface CompletedTxn {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isAborted: boolean;
  /** The last stable offset when only the replication of this marker is outstanding. */
  readonly lastStableOffset: number;
}

/** Under what a batch of a transaction may be appended. */
interface Verification {
  readonly guard?: VerificationGuard | undefined;
}

/**
 * The producers and transactions of one partition: who wrote last and what (idempotence, KIP-98), which transactions
 * are open, and so where a read_committed consumer must stop.
 */
export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>();
  /** Open transactions, in the order of their first offsets. */
  #ongoing: OpenTxn[] = [];
  readonly #unreplicated = new UnreplicatedTransactions();
  /** Markers of a replay that are before it were below the high watermark. */
  #replicatedTo = 0;
  readonly #guards = new VerificationGuards();
  #loader: (() => void) | undefined;

  /** Loads the state when it is first asked for. There is no open transaction in it. */
  loadOnUse(loader: () => void): void {
    this.#loader = loader;
  }

  get isLoaded(): boolean {
    return this.#loader === undefined;
  }

  get producers(): Iterable<ProducerEntry> {
    this.load();
    return this.#producers.values();
  }

  get producerCount(): number {
    this.load();
    return this.#producers.size;
  }

  get(producerId: number): ProducerEntry | undefined {
    this.load();
    return this.#producers.get(producerId);
  }

  /** The first offset whose fate is open or not yet replicated, or undefined. */
  get firstUnstableOffset(): number | undefined {
    const undecided = this.#ongoing[0]?.firstOffset;
    const unreplicated = this.#unreplicated.firstOffset;
    if (undecided === undefined) return unreplicated;
    return unreplicated === undefined ? undecided : Math.min(undecided, unreplicated);
  }

  /** Where the first transaction began that has no marker yet, or undefined. */
  get firstUndecidedOffset(): number | undefined {
    return this.#ongoing[0]?.firstOffset;
  }

  /**
   * Checks a client's batch before it is appended: epoch, sequence, and whether its transaction is known here.
   * @param verification undefined where transactions are not verified.
   */
  checkSequence(batch: SequencedBatch, verification?: Verification): SequenceCheck {
    const entry = this.get(batch.producerId);
    const guard = this.#guards.get(batch.producerId);
    return (
      findDuplicate(batch, entry) ??
      (verification && checkVerified(batch, { entry, guard }, verification.guard)) ??
      checkSequence(batch, entry, guard)
    );
  }

  /** Checks a coordinator's batch: not the sequence, only the epoch, and the transaction as {@link checkSequence}. */
  checkCoordinator(batch: SequencedBatch, verification?: Verification): SequenceCheck {
    const { producerId, producerEpoch } = batch;
    const entry = this.get(producerId);
    const unverified =
      verification &&
      checkVerified(batch, { entry, guard: this.#guards.get(producerId) }, verification.guard);
    return unverified ?? (entry && checkEpoch(entry, producerEpoch)) ?? APPEND;
  }

  /** Checks a transaction marker: a fenced coordinator or producer epoch may not end anything. */
  checkMarker(producerId: number, marker: MarkerEpochs): SequenceCheck {
    const entry = this.get(producerId);
    return (entry && checkMarker(entry, marker)) ?? APPEND;
  }

  /** Whether a newer epoch of the producer has been here. */
  isFenced(producerId: number, producerEpoch: number): boolean {
    return producerEpoch < (this.get(producerId)?.producerEpoch ?? producerEpoch);
  }

  /** The guard for a batch whose transaction has not begun here; undefined where it has, and nobody need be asked. */
  obtainGuard(batch: VerifiedBatch, nowMs: number): VerificationGuard | undefined {
    const isOpen = hasOpenTransaction(this.get(batch.producerId), batch.producerEpoch);
    return isOpen ? undefined : this.#guards.obtain(batch, nowMs);
  }

  /** Takes note of an appended data batch. */
  appendBatch(batch: SequencedBatch, baseOffset: number, lastOffset: number, maxTimestamp: number): void {
    const entry = this.#obtain(batch.producerId);
    entry.moveToEpoch(batch.producerEpoch);
    // By the offsets: compaction may have taken records out of the batch since.
    const lastSequence =
      batch.baseSequence < 0 ? -1 : sequenceAfter(batch.baseSequence, lastOffset - baseOffset);
    entry.addBatch(lastSequence, lastOffset, lastOffset - baseOffset, maxTimestamp);
    if (!batch.isTransactional) return;
    this.#guards.onBatch(batch.producerId);
    if (entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = baseOffset;
      this.#ongoing.push({ producerId: batch.producerId, firstOffset: baseOffset });
    }
  }

  /** Takes note of an appended marker; answers the transaction that it ended, if there was one. */
  appendMarker(marker: {
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly coordinatorEpoch: number;
    readonly isAbort: boolean;
    readonly offset: number;
    readonly timestamp: number;
  }): CompletedTxn | undefined {
    this.#guards.onMarker(marker.producerId, marker.producerEpoch);
    const entry = this.#obtain(marker.producerId);
    entry.moveToEpoch(marker.producerEpoch);
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestamp = marker.timestamp;
    const firstOffset = entry.currentTxnFirstOffset;
    entry.currentTxnFirstOffset = -1;
    const txn = this.#takeOngoing(firstOffset);
    if (txn === undefined) return undefined;
    if (marker.offset >= this.#replicatedTo) this.#unreplicated.add(firstOffset, marker.offset);
    return {
      producerId: marker.producerId,
      firstOffset,
      lastOffset: marker.offset,
      isAborted: marker.isAbort,
      lastStableOffset: this.#ongoing[0]?.firstOffset ?? marker.offset + 1,
    };
  }

  /** Ended transactions become stable once the high watermark has passed their marker. */
  onHighWatermark(highWatermark: number): void {
    this.#unreplicated.onHighWatermark(highWatermark);
  }

  /** Forgets producers that have been silent for `expirationMs` and have no open transaction. */
  expire(nowMs: number, expirationMs: number): void {
    for (const entry of this.#producers.values()) {
      if (entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs) {
        this.#producers.delete(entry.producerId);
      }
    }
    this.#guards.expire(nowMs, expirationMs);
  }

  clear(): void {
    this.#loader = undefined;
    this.#producers.clear();
    this.#ongoing = [];
    this.#unreplicated.clear();
    this.#replicatedTo = 0;
    this.#guards.clear();
  }

  /** Does what {@link loadOnUse} has put off. On failure it is put off still. */
  load(): void {
    const loader = this.#loader;
    if (loader === undefined) return;
    this.#loader = undefined;
    try {
      loader();
    } catch (error) {
      this.clear();
      this.#loader = loader;
      throw error;
    }
  }

  /**
   * Starts from a snapshot.
   * @param replicatedTo the high watermark as far as it is known: what was ended before it is not kept while a log is replayed.
   * At most where the log ends, or markers that are yet to come would be taken for replicated ones.
   */
  reset(entries: readonly ProducerEntry[], { replicatedTo = 0 } = {}): void {
    this.clear();
    this.#replicatedTo = replicatedTo;
    for (const entry of entries) this.#producers.set(entry.producerId, entry);
    const open = entries.filter((entry) => entry.currentTxnFirstOffset >= 0);
    for (const entry of open.toSorted((a, b) => a.currentTxnFirstOffset - b.currentTxnFirstOffset)) {
      this.#ongoing.push({ producerId: entry.producerId, firstOffset: entry.currentTxnFirstOffset });
    }
  }

  /** Takes over the last batches that `other` knows of the same producers, where both agree on the very last one. */
  recall(other: ProducerState): void {
    for (const entry of this.#producers.values()) {
      const known = other.get(entry.producerId);
      if (known === undefined || known.producerEpoch !== entry.producerEpoch) continue;
      if (known.lastOffset !== entry.lastOffset || known.lastSequence !== entry.lastSequence) continue;
      entry.batches.splice(0, entry.batches.length, ...known.batches);
    }
  }

  #obtain(producerId: number): ProducerEntry {
    let entry = this.get(producerId);
    if (entry === undefined) {
      entry = new ProducerEntry(producerId);
      this.#producers.set(producerId, entry);
    }
    return entry;
  }

  /** Takes out the open transaction that began at `firstOffset`; a partition may have thousands. */
  #takeOngoing(firstOffset: number): OpenTxn | undefined {
    const ongoing = this.#ongoing;
    let low = 0;
    let high = ongoing.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ongoing[middle]?.firstOffset ?? 0) < firstOffset) low = middle + 1;
      else high = middle;
    }
    return ongoing[low]?.firstOffset === firstOffset ? ongoing.splice(low, 1)[0] : undefined;
  }
}
