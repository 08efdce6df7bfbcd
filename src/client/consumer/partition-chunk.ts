import { OperationalError } from '../../base/errors.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { DecompressedTooLargeError } from '../../protocol/compression/corrupt.ts';
import { requireBatchSizeAt } from '../../protocol/records/batch-header.ts';
import { BatchView } from '../../protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../protocol/records/control-record.ts';
import { RecordIterator } from '../../protocol/records/decode-batch.ts';
import { showPartition } from '../topic-partitions.ts';
import type { ConsumerRecord, TopicPartition } from '../types.ts';

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

/** Where a fetch began, and the leader epoch of the record before. */
interface ChunkPlace extends TopicPartition {
  readonly fetchOffset: number;
  readonly fetchEpoch: number;
}

/** A batch whose records are read, or being read. */
export interface ReadBatch {
  /** The index among {@link PartitionChunk.records} of its first record. */
  readonly first: number;
  readonly nextOffset: number;
  readonly epoch: number;
  /** All of its records are there. */
  isWhole: boolean;
}

/**
 * What one fetch brought of one partition: batches, read one after the other when somebody's turn comes, and once for all
 * who read them. Knows at once where they end, so that the next fetch can go out while these records are being worked on.
 * Its records are shared: whoever gets one does not change it.
 */
export class PartitionChunk {
  readonly #partition: TopicPartition;
  /** The offset that was asked for, and the leader epoch of the record before it. */
  readonly startOffset: number;
  readonly startEpoch: number;
  /** The offset after the last whole batch, and that batch's leader epoch. */
  readonly endOffset: number;
  readonly endEpoch: number;
  /** How many records its batches say that they have. */
  readonly recordsCount: number;
  /** The records that are read so far, without those that nobody is to see; undefined once they are taken for good. */
  readonly records: (ConsumerRecord | undefined)[] = [];
  readonly batches: ReadBatch[] = [];
  readonly #bytes: Buffer;
  readonly #checkCrcs: boolean;
  readonly #decompressedBytesMax: number;
  /** By first offset, those not reached yet; null if nothing is to be filtered. */
  readonly #aborted: AbortedTransaction[] | null;
  readonly #abortedProducers = new Set<number>();
  readonly #endAt: number;
  readonly #hasOneEpoch: boolean;
  #nextBatchAt = 0;
  #lastOffset = -1;
  #iterator: RecordIterator | undefined;
  #failure: OperationalError | undefined;
  /** What follows the last whole batch is no batch. */
  readonly #damageAtEnd: OperationalError | undefined;
  #columns: Map<object, unknown[]> | undefined;

  constructor(place: ChunkPlace, bytes: Buffer, options: ChunkOptions) {
    this.#partition = { topic: place.topic, partition: place.partition };
    this.startOffset = place.fetchOffset;
    this.startEpoch = place.fetchEpoch;
    this.#bytes = bytes;
    this.#checkCrcs = options.checkCrcs;
    this.#decompressedBytesMax = options.decompressedBytesMax;
    this.#aborted =
      options.aborted === null ? null : options.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
    let at = 0;
    let endOffset = place.fetchOffset;
    let endEpoch = -1;
    let hasOneEpoch = true;
    let recordsCount = 0;
    try {
      for (;;) {
        const size = requireBatchSizeAt(bytes, at);
        // The last batch may be cut short by the limits of the fetch.
        if (size === undefined || at + size > bytes.length) break;
        const batch = new BatchView(bytes, at);
        endOffset = batch.nextOffset;
        const { partitionLeaderEpoch } = batch;
        if (at > 0 && partitionLeaderEpoch !== endEpoch) hasOneEpoch = false;
        endEpoch = partitionLeaderEpoch;
        recordsCount += batch.recordsCount;
        at += size;
      }
    } catch (error) {
      // Where this one ends nobody knows, so nothing behind it can be read; what comes before it can.
      const failure = corruptionOf(this.#partition, endOffset, error);
      if (!(failure instanceof OperationalError)) throw failure;
      this.#damageAtEnd = failure;
      if (at === 0) endEpoch = place.fetchEpoch;
    }
    this.endOffset = endOffset;
    this.endEpoch = endEpoch;
    this.recordsCount = recordsCount;
    this.#hasOneEpoch = hasOneEpoch;
    this.#endAt = at;
  }

  /** Nothing whole is in it: the fetch answered with less than a batch. */
  get empty(): boolean {
    return this.#endAt === 0 && this.#damageAtEnd === undefined;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  /** What cannot be read is known to be in it: from there on it is of no use to anybody else. */
  get isDamaged(): boolean {
    return this.#failure !== undefined || this.#damageAtEnd !== undefined;
  }

  /** The leader epoch of the record before an offset in it; undefined where several would do. */
  epochBefore(offset: number): number | undefined {
    if (offset === this.startOffset) return this.startEpoch;
    return this.#hasOneEpoch ? this.endEpoch : undefined;
  }

  /**
   * What somebody has made of the records, by who made it: an array beside {@link records}, filled by those who need it
   * first, so that the others need not do it again.
   */
  column(maker: object): unknown[] {
    this.#columns ??= new Map();
    let column = this.#columns.get(maker);
    if (column === undefined) {
      column = [];
      this.#columns.set(maker, column);
    }
    return column;
  }

  /**
   * Opens the next batch, whose records can be read then; false after the last one. The one before has to be whole.
   * @throws {OperationalError} `CORRUPT_RECORD`, `RECORD_TOO_LARGE`, again and again.
   */
  openNextBatch(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    while (this.#nextBatchAt < this.#endAt) {
      const batch = new BatchView(this.#bytes, this.#nextBatchAt);
      const isBefore = batch.lastOffset < this.startOffset;
      if (!isBefore && this.#checkCrcs && !batch.isValid()) throw this.#corrupt(undefined, batch.baseOffset);
      const hidden = this.#isSkipped(batch) || isBefore;
      if (!hidden) this.#iterator = this.#iterate(batch);
      this.#nextBatchAt = batch.end;
      if (isBefore) continue;
      this.batches.push({
        first: this.records.length,
        nextOffset: batch.nextOffset,
        epoch: batch.partitionLeaderEpoch,
        isWhole: hidden,
      });
      return true;
    }
    if (this.#damageAtEnd !== undefined) throw this.#damageAtEnd;
    return false;
  }

  /**
   * Reads on in the open batch until there are so many records in all, or the batch is whole.
   * @throws {OperationalError} `CORRUPT_RECORD`
   */
  readUntil(count: number): void {
    const { records, startOffset } = this;
    if (this.#failure !== undefined) throw this.#failure;
    const iterator = this.#iterator;
    if (iterator === undefined) return;
    try {
      while (records.length < count) {
        if (!iterator.next()) {
          this.#iterator = undefined;
          const batch = this.batches.at(-1);
          if (batch !== undefined) batch.isWhole = true;
          return;
        }
        // A fetch answers with whole batches.
        const { offset } = iterator;
        if (offset < startOffset) continue;
        records.push(iterator.record());
        this.#lastOffset = offset;
      }
    } catch (error) {
      throw this.#corrupt(error, this.#nextOffset);
    }
  }

  /** Gives away the open batch, unless there is nothing in it that anybody is to see: it counts as read. */
  takeOpenBatch(): RecordIterator | undefined {
    const iterator = this.#iterator;
    const batch = this.batches.at(-1);
    this.#iterator = undefined;
    if (batch !== undefined) batch.isWhole = true;
    return iterator;
  }

  /** The index among {@link records} after the last one of a batch, as far as it is read. */
  endOf(batch: number): number {
    return this.batches[batch + 1]?.first ?? this.records.length;
  }

  /** Whether there is a batch after those that were opened, or what should be one. */
  get hasMore(): boolean {
    return this.#nextBatchAt < this.#endAt || this.#damageAtEnd !== undefined;
  }

  /** The first offset that was not read. */
  get #nextOffset(): number {
    const before = this.batches.at(-2)?.nextOffset ?? this.startOffset;
    return Math.max(before, this.#lastOffset + 1);
  }

  #iterate(batch: BatchView): RecordIterator {
    try {
      return new RecordIterator(batch, { decompressedBytesMax: this.#decompressedBytesMax });
    } catch (error) {
      if (!(error instanceof DecompressedTooLargeError)) throw this.#corrupt(error, batch.baseOffset);
      this.#failure = tooLarge(this.#partition, batch.baseOffset, error);
      throw this.#failure;
    }
  }

  #isSkipped(batch: BatchView): boolean {
    try {
      return this.#isHidden(batch);
    } catch (error) {
      throw this.#corrupt(error, batch.baseOffset);
    }
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

  #corrupt(cause: unknown, offset: number): unknown {
    const failure = corruptionOf(this.#partition, offset, cause);
    if (failure instanceof OperationalError) this.#failure = failure;
    return failure;
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

/** What is to be thrown where a batch cannot be read: by its checksum, without a cause. What says nothing about it stays as it is. */
export function corruptionOf(partition: TopicPartition, offset: number, cause: unknown): unknown {
  if (cause !== undefined && !(cause instanceof ProtocolError)) return cause;
  const why = cause instanceof Error ? cause.message : 'its checksum does not fit its bytes';
  return corruptRecord(partition, offset, why, cause);
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
