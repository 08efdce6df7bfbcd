import { OperationalError } from '../../base/errors.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { DecompressedTooLargeError } from '../../protocol/compression/corrupt.ts';
import { requireBatchSizeAt } from '../../protocol/records/batch-header.ts';
import { BatchView } from '../../protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../protocol/records/control-record.ts';
import { RecordIterator } from '../../protocol/records/decode-batch.ts';
import { showPartition } from '../topic-partitions.ts';
import type { ConsumerRecord, TopicPartition } from '../types.ts';
import type { PartitionState } from './subscription-state.ts';

interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

interface ChunkOptions {
  readonly checkCrcs: boolean;
  readonly decompressedBytesMax: number;
  /** Under read_committed: the aborted transactions that the fetched range touches; else null. */
  readonly aborted: readonly AbortedTransaction[] | null;
}

/**
 * What one fetch brought of one partition: batches, decoded one at a time when their turn comes. Knows at once where
 * they end, so that the next fetch can go out while these records are being worked on.
 */
export class FetchedChunk {
  readonly state: PartitionState;
  /** The state's {@link PartitionState.jumps} when the fetch was sent: the chunk is void once they differ. */
  readonly jumps: number;
  /** The offset after the last whole batch, and that batch's leader epoch. */
  readonly endOffset: number;
  readonly endEpoch: number;
  readonly #bytes: Buffer;
  readonly #checkCrcs: boolean;
  readonly #decompressedBytesMax: number;
  /** By first offset, those not reached yet; null if nothing is to be filtered. */
  readonly #aborted: AbortedTransaction[] | null;
  readonly #abortedProducers = new Set<number>();
  #nextBatchAt = 0;
  readonly #endAt: number;
  #iterator: RecordIterator | undefined;
  #batch: BatchView | undefined;

  constructor(state: PartitionState, bytes: Buffer, options: ChunkOptions) {
    this.state = state;
    this.jumps = state.jumps;
    this.#bytes = bytes;
    this.#checkCrcs = options.checkCrcs;
    this.#decompressedBytesMax = options.decompressedBytesMax;
    this.#aborted =
      options.aborted === null ? null : options.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
    let at = 0;
    let endOffset = state.fetchOffset;
    let endEpoch = -1;
    for (;;) {
      const size = requireBatchSizeAt(bytes, at);
      // The last batch may be cut short by the limits of the fetch.
      if (size === undefined || at + size > bytes.length) break;
      const batch = new BatchView(bytes, at);
      endOffset = batch.nextOffset;
      endEpoch = batch.partitionLeaderEpoch;
      at += size;
    }
    this.endOffset = endOffset;
    this.endEpoch = endEpoch;
    this.#endAt = at;
  }

  /** Nothing whole is in it: the fetch answered with less than a batch. */
  get empty(): boolean {
    return this.#endAt === 0;
  }

  get stale(): boolean {
    return this.jumps !== this.state.jumps;
  }

  /**
   * Appends up to `limit` records to `into` and moves the state's position behind them, and behind what is skipped:
   * control batches, aborted transactions, gaps that compaction has left.
   * @returns false when there is no more in it.
   * @throws {OperationalError} `CORRUPT_RECORD`, `RECORD_TOO_LARGE`; the position stands at the batch that cannot be read.
   */
  take(limit: number, into: ConsumerRecord[]): boolean {
    const { state } = this;
    while (into.length < limit) {
      if (this.#iterator === undefined && !this.#openNextBatch()) return false;
      const iterator = this.#iterator as RecordIterator;
      const fromOffset = state.position;
      try {
        while (into.length < limit) {
          if (!iterator.next()) {
            this.#iterator = undefined;
            break;
          }
          if (iterator.offset < fromOffset) continue;
          into.push(iterator.record());
          state.position = iterator.offset + 1;
        }
      } catch (error) {
        throw this.#corrupt(error);
      }
      const batch = this.#batch as BatchView;
      state.positionEpoch = batch.partitionLeaderEpoch;
      if (this.#iterator === undefined) state.position = Math.max(state.position, batch.nextOffset);
    }
    return this.#iterator !== undefined || this.#nextBatchAt < this.#endAt;
  }

  #openNextBatch(): boolean {
    const { state } = this;
    while (this.#nextBatchAt < this.#endAt) {
      const batch = new BatchView(this.#bytes, this.#nextBatchAt);
      if (batch.lastOffset >= state.position) {
        if (this.#checkCrcs && !batch.isValid()) throw this.#corrupt(undefined, batch.baseOffset);
        if (!this.#isHidden(batch)) {
          try {
            this.#iterator = new RecordIterator(batch, { decompressedBytesMax: this.#decompressedBytesMax });
          } catch (error) {
            throw error instanceof DecompressedTooLargeError
              ? tooLarge(state, batch.baseOffset, error)
              : this.#corrupt(error, batch.baseOffset);
          }
          this.#batch = batch;
          this.#nextBatchAt = batch.end;
          return true;
        }
        state.position = batch.nextOffset;
        state.positionEpoch = batch.partitionLeaderEpoch;
      } else {
        this.#isHidden(batch);
      }
      this.#nextBatchAt = batch.end;
    }
    return false;
  }

  /**
   * Control batches are not for applications. Under read_committed a transactional batch is hidden while its producer's
   * transaction is one of the aborted: from the first offset that the broker told to the abort marker.
   */
  #isHidden(batch: BatchView): boolean {
    if (this.#aborted !== null) {
      const { lastOffset } = batch;
      while (this.#aborted[0] !== undefined && this.#aborted[0].firstOffset <= lastOffset) {
        this.#abortedProducers.add(this.#aborted[0].producerId);
        this.#aborted.shift();
      }
      if (batch.isControl) {
        if (isAbortMarker(batch)) this.#abortedProducers.delete(batch.producerId);
        return true;
      }
      return batch.isTransactional && this.#abortedProducers.has(batch.producerId);
    }
    return batch.isControl;
  }

  #corrupt(cause: unknown, offset: number = this.state.position): unknown {
    if (cause !== undefined && !(cause instanceof ProtocolError)) return cause;
    const why = cause instanceof Error ? cause.message : 'its checksum does not fit its bytes';
    return corruptRecord(this.state, offset, why, cause);
  }
}

/** Sound, but more than the application wants in memory. */
function tooLarge(
  partition: TopicPartition,
  offset: number,
  cause: DecompressedTooLargeError,
): OperationalError {
  return new OperationalError(
    'RECORD_TOO_LARGE',
    `the batch at offset ${offset} of ${showPartition(partition)} cannot be read: ${cause.message}: ` +
      'raise decompressedBatchBytesMax (millrace.decompressed.batch.max.bytes), or seek past it',
    { retriable: false, cause },
  );
}

export function corruptRecord(
  partition: TopicPartition,
  offset: number,
  why: string,
  cause?: unknown,
): OperationalError {
  return new OperationalError(
    'CORRUPT_RECORD',
    `the batch at offset ${offset} of ${showPartition(partition)} cannot be read: ${why}; seek past it to go on`,
    { retriable: false, cause },
  );
}

function isAbortMarker(batch: BatchView): boolean {
  const iterator = new RecordIterator(batch);
  const key = iterator.next() ? iterator.record().key : null;
  return key !== null && controlRecordTypeOf(key) === ControlRecordType.ABORT;
}
