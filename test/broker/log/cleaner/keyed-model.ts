import { expect } from 'vitest';
import type { Log } from '../../../../broker/log/log.ts';
import { readMarker } from '../../../../broker/log/transaction-marker.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../../src/protocol/records/decode-batch.ts';
import { abortedOf } from '../batches.ts';
import type { KeyedRecord } from './keyed-batches.ts';

/** A batch that was appended: data, or a marker. */
interface ModelBatch {
  readonly baseOffset: number;
  readonly producerId: number;
  readonly isTransactional: boolean;
  /** Of data. */
  readonly records: readonly KeyedRecord[];
  /** Of a marker; undefined for data. */
  readonly isAbort?: boolean;
}

interface Visible {
  readonly offset: number;
  readonly value: string | null;
}

/** What a plain map says of a compacted log with transactions: the last committed value of each key, and who wrote what. */
export class KeyedModel {
  #batches: ModelBatch[] = [];
  /** Everything before has to survive a power loss. */
  synced = 0;

  get endOffset(): number {
    const last = this.#batches.at(-1);
    return last === undefined ? 0 : endOf(last);
  }

  append(batch: Omit<ModelBatch, 'baseOffset'>): void {
    this.#batches.push({ ...batch, baseOffset: this.endOffset });
  }

  /** A power loss has taken what is from `offset` on. */
  cutAt(offset: number): void {
    expect(offset).toBeGreaterThanOrEqual(this.synced);
    this.#batches = this.#batches.filter((batch) => batch.baseOffset < offset);
    expect(this.endOffset).toBe(offset);
  }

  /** Producers with an open transaction, by where it began. */
  get openTransactions(): ReadonlyMap<number, number> {
    const open = new Map<number, number>();
    for (const batch of this.#batches) {
      if (batch.isAbort !== undefined) open.delete(batch.producerId);
      else if (batch.isTransactional && !open.has(batch.producerId))
        open.set(batch.producerId, batch.baseOffset);
    }
    return open;
  }

  /** The sequence number of the next record of a producer. */
  nextSequence(producerId: number): number {
    let count = 0;
    for (const batch of this.#batches) if (batch.producerId === producerId) count += batch.records.length;
    return count;
  }

  get lastStableOffset(): number {
    return Math.min(this.endOffset, ...this.openTransactions.values());
  }

  /** The last committed record of each key, tombstones among them. */
  get lastCommitted(): ReadonlyMap<string, Visible> {
    const last = new Map<string, Visible>();
    for (const batch of this.#batches) {
      if (endOf(batch) > this.lastStableOffset || this.#isAborted(batch)) continue;
      for (const [index, { key, value }] of batch.records.entries())
        if (key !== null) last.set(key, { offset: batch.baseOffset + index, value });
    }
    return last;
  }

  /** Checks all that a log answers; what compaction has not reached must be there record by record. */
  check(log: Log): void {
    expect(log.failure).toBeUndefined();
    expect(log.logEndOffset).toBe(this.endOffset);
    expect(log.lastStableOffset).toBe(this.lastStableOffset);
    const stored = this.#checkRecords(log);
    this.#checkTail(stored, log.activeSegmentBaseOffset);
    this.#checkCommitted(readCommitted(log));
    this.#checkProducers(log);
  }

  /** What is there is what was written. */
  #checkRecords(log: Log): ReadonlySet<number> {
    const written = new Map<number, KeyedRecord>();
    for (const { baseOffset, records } of this.#batches)
      records.forEach((record, index) => written.set(baseOffset + index, record));
    const stored = new Set<number>();
    for (const batch of readBatches(log, log.logEndOffset)) {
      if (batch.isControl) continue;
      for (const { offset, key, value } of decodeBatch(batch)) {
        expect(written.get(offset)).toMatchObject({
          key: key === null ? null : key.toString(),
          value: value === null ? null : value.toString(),
        });
        stored.add(offset);
      }
    }
    return stored;
  }

  /** The active segment is never compacted. */
  #checkTail(stored: ReadonlySet<number>, from: number): void {
    for (const { baseOffset, records } of this.#batches) {
      for (let index = 0; index < records.length; index++)
        if (baseOffset + index >= from) expect(stored.has(baseOffset + index)).toBe(true);
    }
  }

  #checkCommitted(read: ReadonlyMap<string, Visible>): void {
    const expected = this.lastCommitted;
    for (const [key, visible] of expected) {
      // A tombstone may have gone, and the values before it with it.
      if (visible.value === null && !read.has(key)) continue;
      expect({ key, ...read.get(key) }).toEqual({ key, ...visible });
    }
    for (const key of read.keys()) expect(expected.has(key)).toBe(true);
  }

  /** Epochs and sequences of idempotent producers outlive compaction and restarts. */
  #checkProducers(log: Log): void {
    const known = new Map([...log.activeProducers].map((entry) => [entry.producerId, entry]));
    const ids = new Set(this.#batches.map(({ producerId }) => producerId).filter((id) => id >= 0));
    for (const id of ids) {
      expect({ id, last: known.get(id)?.lastSequence }).toEqual({ id, last: this.nextSequence(id) - 1 });
    }
  }

  #isAborted(batch: ModelBatch): boolean {
    if (!batch.isTransactional || batch.isAbort !== undefined) return false;
    const marker = this.#batches.find(
      (other) =>
        other.producerId === batch.producerId &&
        other.isAbort !== undefined &&
        other.baseOffset > batch.baseOffset,
    );
    return marker?.isAbort === true;
  }
}

const endOf = ({ baseOffset, records, isAbort }: ModelBatch): number =>
  baseOffset + (isAbort === undefined ? records.length : 1);

/** All batches below an offset, each checked. */
function readBatches(log: Log, upperBoundOffset: number) {
  const batches: ReturnType<typeof batchesOf> = [];
  let offset = log.logStartOffset;
  while (offset < upperBoundOffset) {
    const result = log.read(offset, { maxBytes: 900, upperBoundOffset, minOneBatch: true });
    expect(result.errorCode).toBe(ErrorCode.NONE);
    for (const batch of batchesOf(Buffer.concat(result.chunks))) {
      expect(batch.isValid()).toBe(true);
      expect(batch.lastOffset).toBeGreaterThanOrEqual(offset);
      batches.push(batch);
      offset = batch.lastOffset + 1;
    }
    if (result.sizeInBytes === 0) break;
    expect(result.nextOffset).toBe(offset);
  }
  return batches;
}

/** The last value of each key as a consumer in read_committed sees it, fetch by fetch. */
function readCommitted(log: Log): ReadonlyMap<string, Visible> {
  const last = new Map<string, Visible>();
  const upperBoundOffset = log.lastStableOffset;
  let offset = log.logStartOffset;
  while (offset < upperBoundOffset) {
    const result = log.read(offset, { maxBytes: 700, upperBoundOffset, minOneBatch: true });
    if (result.sizeInBytes === 0) break;
    const waiting = [...abortedOf(log, offset, result.nextOffset)].toSorted(
      (a, b) => a.firstOffset - b.firstOffset,
    );
    const aborted = new Set<number>();
    for (const batch of batchesOf(Buffer.concat(result.chunks))) {
      while ((waiting[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= batch.lastOffset)
        aborted.add(waiting.shift()?.producerId ?? -1);
      if (batch.isControl) {
        if (readMarker(batch.bytes)?.isAbort === true) aborted.delete(batch.producerId);
        continue;
      }
      if (batch.isTransactional && aborted.has(batch.producerId)) continue;
      for (const record of decodeBatch(batch, { fromOffset: offset })) {
        if (record.key === null) continue;
        last.set(record.key.toString(), { offset: record.offset, value: record.value?.toString() ?? null });
      }
    }
    offset = result.nextOffset;
  }
  return last;
}
