import type { ExactInt64 } from '../../../src/base/int64.ts';
import {
  CONTROL_FLAG,
  NO_TIMESTAMP,
  TRANSACTIONAL_FLAG,
} from '../../../src/protocol/records/batch-format.ts';
import {
  attributesAt,
  baseOffsetAt,
  lastOffsetAt,
  producerIdAt,
} from '../../../src/protocol/records/batch-header.ts';
import { BatchView } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import type { AbortedTxn } from '../transaction-index.ts';
import { readMarker } from '../transaction-marker.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import type { LastBatchOfProducer } from './cleaner-job.ts';
import { compactedBatch, emptiedBatch } from './compacted-batch.ts';
import type { LiveOffsets } from './live-offsets.ts';
import type { OffsetMap } from './offset-map.ts';

/** By what a batch is judged. */
interface FilterOptions {
  readonly map: OffsetMap;
  /** Undefined: every record is looked up. */
  readonly live?: LiveOffsets;
  readonly transactions: CleanedTransactions;
  readonly producers: readonly LastBatchOfProducer[];
  readonly nowMs: number;
  /** How long tombstones and markers stay from the first cleaning on that could do without them. */
  readonly deleteRetentionMs: number;
  /** What the records of a batch may become. */
  readonly decompressedBytesMax: number;
}

/** What is said of a batch before its records are looked at. */
interface Judgement {
  /** None of its records stays. */
  readonly dropsRecords: boolean;
  /** A marker whose transaction has gone. */
  readonly isUnneededMarker: boolean;
}

const KEPT: Judgement = { dropsRecords: false, isUnneededMarker: false };
const ABORTED: Judgement = { dropsRecords: true, isUnneededMarker: false };

/**
 * Decides what of a log stays when it is compacted, batch by batch in its order: of each key the record with the largest offset;
 * what nobody has looked at yet; tombstones until the delete horizon of their batch, which the first cleaning sets that meets
 * them; nothing of aborted transactions; markers as long as there is data of their transactions, and then as tombstones. Of a
 * producer that the log knows its last batch stays, if only as a header: a restart learns epoch and sequence from it.
 */
export class BatchFilter {
  readonly #options: FilterOptions;
  readonly #producers: ReadonlyMap<number, LastBatchOfProducer>;
  readonly #horizonMs: number;
  /** Aborted transactions with data that a reader has to leave out, by the offsets of their markers. */
  readonly aborted: AbortedTxn[] = [];

  constructor(options: FilterOptions) {
    this.#options = options;
    this.#producers = new Map(options.producers.map((producer) => [producer.producerId, producer]));
    this.#horizonMs = Math.min(Number.MAX_SAFE_INTEGER, options.nowMs + options.deleteRetentionMs);
  }

  /**
   * Whether nothing stays of a batch, told from its header alone; otherwise {@link filter} decides.
   * @param at where it begins in `bytes`.
   */
  isDead(bytes: Buffer, at: number): boolean {
    const lastOffset = lastOffsetAt(bytes, at);
    if (this.#options.live?.isDead(baseOffsetAt(bytes, at), lastOffset) !== true) return false;
    const attributes = attributesAt(bytes, at);
    if ((attributes & CONTROL_FLAG) !== 0) return false;
    const producerId = producerIdAt(bytes, at);
    if (this.#producers.get(producerId)?.lastOffset === lastOffset) return false;
    if ((attributes & TRANSACTIONAL_FLAG) !== 0) this.#options.transactions.onData(producerId, lastOffset);
    return true;
  }

  /**
   * Returns what stays of a batch: the same bytes where all of it does, undefined where nothing does.
   * @param isLast something of the batch is to stay, so that its segment ends where the next one begins.
   * @throws {ProtocolError} where its records cannot be read.
   */
  filter(bytes: Buffer, { isLast }: { readonly isLast: boolean }): Buffer | undefined {
    const batch = new BatchView(bytes);
    const judgement = this.#judge(batch);
    // Behind what was looked at nothing is decided, and nobody knows yet what there is of its transactions.
    if (batch.baseOffset > this.#options.map.latestOffset) return bytes;
    const kept = judgement.dropsRecords ? undefined : this.#filterRecords(batch, judgement);
    if (kept !== undefined) return kept;
    if (!isLast && !this.#isLastOfProducer(batch)) return undefined;
    return batch.recordsCount === 0 ? bytes : emptiedBatch(batch);
  }

  #judge(batch: BatchView): Judgement {
    const { transactions } = this.#options;
    if (batch.isControl) return this.#judgeMarker(batch);
    if (!batch.isTransactional) return KEPT;
    return transactions.onData(batch.producerId, batch.lastOffset) ? ABORTED : KEPT;
  }

  #judgeMarker(batch: BatchView): Judgement {
    const marker = readMarker(batch.bytes);
    // Of a kind that is not known: whoever wrote it knows what for.
    if (marker === undefined && batch.recordsCount > 0) return KEPT;
    const { transactions, nowMs } = this.#options;
    const fate = transactions.onMarker(batch.producerId, batch.lastOffset, marker?.isAbort);
    if (fate.aborted !== undefined) this.aborted.push(fate.aborted);
    const isOver = batch.hasDeleteHorizon && batch.baseTimestamp <= nowMs;
    return { dropsRecords: fate.isUnneeded && isOver, isUnneededMarker: fate.isUnneeded };
  }

  #filterRecords(batch: BatchView, { isUnneededMarker }: Judgement): Buffer | undefined {
    const { decompressedBytesMax } = this.#options;
    const { isControl, hasDeleteHorizon } = batch;
    const keepsTombstones = !hasDeleteHorizon || this.#options.nowMs < batch.baseTimestamp;
    const iterator = new RecordIterator(batch, { decompressedBytesMax, ownTimes: true });
    const bounds: number[] = [];
    let maxTimestamp: ExactInt64 = NO_TIMESTAMP;
    let hasTombstone = false;
    let start = 0;
    while (iterator.next()) {
      const end = iterator.position;
      if (isControl || this.#isKept(iterator, keepsTombstones)) {
        bounds.push(start, end);
        hasTombstone ||= iterator.valueLength < 0;
        if (iterator.exactTimestamp > maxTimestamp) maxTimestamp = iterator.exactTimestamp;
      }
      start = end;
    }
    if (bounds.length === 0) return undefined;
    const setsHorizon = !hasDeleteHorizon && (hasTombstone || isUnneededMarker);
    if (!setsHorizon && bounds.length === batch.recordsCount * 2) return batch.bytes;
    const records = { bytes: iterator.bytes, bounds, maxTimestamp };
    return compactedBatch(batch, records, setsHorizon ? this.#horizonMs : undefined);
  }

  #isKept(record: RecordIterator, keepsTombstones: boolean): boolean {
    const { map } = this.#options;
    if (record.offset > map.latestOffset) return true;
    // What has no key came before the topic was compacted.
    if (record.keyLength < 0) return false;
    if (record.offset < map.get(record.bytes, record.keyStart, record.keyLength)) return false;
    return record.valueLength >= 0 || keepsTombstones;
  }

  #isLastOfProducer(batch: BatchView): boolean {
    const last = this.#producers.get(batch.producerId);
    if (last === undefined) return false;
    if (last.lastOffset >= 0) return batch.lastOffset === last.lastOffset;
    return batch.isControl && batch.producerEpoch === last.producerEpoch;
  }
}
