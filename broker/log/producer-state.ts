import { ErrorCode } from '../../src/protocol/error-codes.ts';
import {
  isNextSequence,
  NO_PRODUCER_EPOCH,
  type ProducerBatch,
  ProducerEntry,
  sequenceAfter,
} from './producer-entry.ts';

/** A transaction between its first record and the moment when its marker is below the high watermark. */
interface Txn {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the marker; -1 while the transaction is open. */
  lastOffset: number;
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

/** A batch of a producer with an id, as its header describes it. */
interface SequencedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordsCount: number;
  readonly isTransactional: boolean;
}

/** What becomes of a batch by its producer id, epoch and sequence. */
export type SequenceCheck =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'reject'; readonly errorCode: ErrorCode; readonly message: string };

const APPEND: SequenceCheck = { kind: 'append' };

/**
 * The producers and transactions of one partition: who wrote last and what (idempotence, KIP-98), which transactions
 * are open, and so where a read_committed consumer must stop.
 */
export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>();
  /** Open transactions by first offset; insertion order is offset order. */
  readonly #ongoing = new Map<number, Txn>();
  /** Ended transactions whose marker the high watermark has not passed, by first offset. */
  #unreplicated: Txn[] = [];
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
    const undecided = this.#firstOngoing()?.firstOffset;
    const unreplicated = this.#unreplicated[0]?.firstOffset;
    if (undecided === undefined) return unreplicated;
    return unreplicated === undefined ? undecided : Math.min(undecided, unreplicated);
  }

  /** Checks epoch and sequence of a client's batch before it is appended (KIP-98, KIP-360). */
  checkSequence(batch: SequencedBatch): SequenceCheck {
    const { producerId, producerEpoch, baseSequence } = batch;
    const entry = this.get(producerId);
    // Unknown producers may begin anywhere: what was known of them may have been deleted with their records.
    if (entry === undefined) return APPEND;
    const lastSequence = sequenceAfter(baseSequence, batch.recordsCount - 1);
    const duplicate = entry.findDuplicate(producerEpoch, baseSequence, lastSequence);
    if (duplicate !== undefined) return { kind: 'duplicate', batch: duplicate };
    const fenced = checkEpoch(entry, producerEpoch);
    if (fenced !== undefined) return fenced;
    const expected = isExpectedSequence(entry, producerEpoch, baseSequence);
    if (!expected) {
      return reject(
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
        `producer ${producerId} sent sequence ${baseSequence} in epoch ${producerEpoch} after sequence ` +
          `${entry.lastSequence} in epoch ${entry.producerEpoch}`,
      );
    }
    if (entry.currentTxnFirstOffset >= 0 && !batch.isTransactional) {
      return reject(
        ErrorCode.INVALID_TXN_STATE,
        `producer ${producerId} sent a batch outside of its open transaction`,
      );
    }
    return APPEND;
  }

  /** Checks a coordinator's append: not the sequence, only the epoch. */
  checkCoordinator(producerId: number, producerEpoch: number): SequenceCheck {
    const entry = this.get(producerId);
    return (entry && checkEpoch(entry, producerEpoch)) ?? APPEND;
  }

  /** Checks a transaction marker: a fenced coordinator or producer epoch may not end anything. */
  checkMarker(producerId: number, producerEpoch: number, coordinatorEpoch: number): SequenceCheck {
    const entry = this.get(producerId);
    if (entry === undefined) return APPEND;
    if (entry.coordinatorEpoch > coordinatorEpoch) {
      return reject(
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
        `coordinator epoch ${coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
      );
    }
    return checkEpoch(entry, producerEpoch) ?? APPEND;
  }

  /** Takes note of an appended data batch. */
  appendBatch(batch: SequencedBatch, baseOffset: number, lastOffset: number, maxTimestamp: number): void {
    const entry = this.#obtain(batch.producerId);
    entry.moveToEpoch(batch.producerEpoch);
    const lastSequence =
      batch.baseSequence < 0 ? -1 : sequenceAfter(batch.baseSequence, batch.recordsCount - 1);
    entry.addBatch(lastSequence, lastOffset, lastOffset - baseOffset, maxTimestamp);
    if (batch.isTransactional && entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = baseOffset;
      this.#ongoing.set(baseOffset, {
        producerId: batch.producerId,
        firstOffset: baseOffset,
        lastOffset: -1,
      });
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
    const entry = this.#obtain(marker.producerId);
    entry.moveToEpoch(marker.producerEpoch);
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestamp = marker.timestamp;
    const firstOffset = entry.currentTxnFirstOffset;
    entry.currentTxnFirstOffset = -1;
    const txn = this.#ongoing.get(firstOffset);
    if (txn === undefined) return undefined;
    this.#ongoing.delete(firstOffset);
    txn.lastOffset = marker.offset;
    const at = this.#unreplicated.findIndex((other) => other.firstOffset > firstOffset);
    this.#unreplicated.splice(at < 0 ? this.#unreplicated.length : at, 0, txn);
    return {
      producerId: marker.producerId,
      firstOffset,
      lastOffset: marker.offset,
      isAborted: marker.isAbort,
      lastStableOffset: this.#firstOngoing()?.firstOffset ?? marker.offset + 1,
    };
  }

  /** Ended transactions become stable once the high watermark has passed their marker. */
  onHighWatermark(highWatermark: number): void {
    if (this.#unreplicated.length === 0) return;
    this.#unreplicated = this.#unreplicated.filter((txn) => txn.lastOffset >= highWatermark);
  }

  /** Forgets producers that have been silent for `expirationMs` and have no open transaction. */
  expire(nowMs: number, expirationMs: number): void {
    for (const entry of this.#producers.values()) {
      if (entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs) {
        this.#producers.delete(entry.producerId);
      }
    }
  }

  clear(): void {
    this.#loader = undefined;
    this.#producers.clear();
    this.#ongoing.clear();
    this.#unreplicated = [];
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

  /** Starts from a snapshot. */
  reset(entries: readonly ProducerEntry[]): void {
    this.clear();
    for (const entry of entries) this.#producers.set(entry.producerId, entry);
    const open = entries.filter((entry) => entry.currentTxnFirstOffset >= 0);
    for (const entry of open.toSorted((a, b) => a.currentTxnFirstOffset - b.currentTxnFirstOffset)) {
      const firstOffset = entry.currentTxnFirstOffset;
      this.#ongoing.set(firstOffset, { producerId: entry.producerId, firstOffset, lastOffset: -1 });
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

  #firstOngoing(): Txn | undefined {
    for (const txn of this.#ongoing.values()) return txn;
    return undefined;
  }
}

function isExpectedSequence(entry: ProducerEntry, epoch: number, baseSequence: number): boolean {
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return true;
  if (epoch !== entry.producerEpoch) return baseSequence === 0;
  return isNextSequence(entry.lastSequence, baseSequence);
}

function checkEpoch(entry: ProducerEntry, epoch: number): SequenceCheck | undefined {
  if (epoch >= entry.producerEpoch) return undefined;
  return reject(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `epoch ${epoch} of producer ${entry.producerId} is older than ${entry.producerEpoch}, the last seen`,
  );
}

function reject(errorCode: ErrorCode, message: string): SequenceCheck {
  return { kind: 'reject', errorCode, message };
}
