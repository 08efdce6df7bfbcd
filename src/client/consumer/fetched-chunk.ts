import { assertDefined } from '../../base/assert.ts';
import type { RecordIterator } from '../../protocol/records/decode-batch.ts';
import type { ConsumerRecord } from '../types.ts';
import type { PartitionChunk, ReadBatch } from './partition-chunk.ts';
import type { PartitionState } from './subscription-state.ts';

/** A consumer's place in what was fetched of one of its partitions. Others may read the same chunk, each at its own place. */
export class FetchedChunk {
  readonly state: PartitionState;
  readonly chunk: PartitionChunk;
  /** Others may read the records after this, or do already. */
  readonly #isShared: boolean;
  /** The state's {@link PartitionState.jumps} when the fetch was sent: this is void once they differ. */
  readonly #jumps: number;
  /** The first offset that is wanted, which may lie within the chunk. */
  readonly #fromOffset: number;
  #isAtFirst: boolean;
  #batch = 0;
  /** The index of the next record among those of the chunk. */
  #next = 0;

  constructor(
    state: PartitionState,
    { chunk, isShared }: { readonly chunk: PartitionChunk; readonly isShared: boolean },
  ) {
    this.state = state;
    this.chunk = chunk;
    this.#isShared = isShared;
    this.#jumps = state.jumps;
    this.#fromOffset = state.fetchOffset;
    this.#isAtFirst = state.fetchOffset === chunk.startOffset;
  }

  get stale(): boolean {
    return this.#jumps !== this.state.jumps;
  }

  /** The index, among the records of the chunk, of the one that is taken next. */
  get next(): number {
    return this.#next;
  }

  /** It has not come to the first offset that is wanted: what cannot be read lies before it. */
  get isBeforeFirst(): boolean {
    return !this.#isAtFirst;
  }

  /**
   * Appends up to `limit` records to `into` and moves the state's position behind them, and behind what is skipped:
   * control batches, aborted transactions, gaps that compaction has left.
   * @returns false when there is no more in it.
   * @throws {OperationalError} `CORRUPT_RECORD`, `RECORD_TOO_LARGE`; the position stands at the batch that cannot be read.
   */
  take(limit: number, into: ConsumerRecord[]): boolean {
    const { state, chunk } = this;
    if (!this.#isAtFirst) this.#skipToFirst();
    while (into.length < limit) {
      const batch = this.#openBatch();
      if (batch === undefined) return false;
      const failure = this.#readUntil(batch, this.#next + limit - into.length);
      const end = chunk.endOf(this.#batch);
      const until = Math.min(end, this.#next + limit - into.length);
      if (this.#next < until) {
        state.position = this.#take(until, into) + 1;
        this.#next = until;
        state.positionEpoch = batch.epoch;
      }
      if (failure !== undefined) throw failure.error;
      if (this.#next < end || !batch.isWhole) continue;
      state.position = Math.max(state.position, batch.nextOffset);
      state.positionEpoch = batch.epoch;
      this.#batch++;
    }
    return this.#batch < chunk.batches.length || chunk.hasMore;
  }

  /**
   * The same for batches that nobody has read of, nor will but the caller: whole ones, until they have `limit` records.
   * @throws as {@link take}.
   */
  takeUnread(limit: number, into: RecordIterator[]): boolean {
    const { state, chunk } = this;
    for (let count = 0; count < limit; ) {
      const batch = this.#openBatch();
      if (batch === undefined) return false;
      const iterator = chunk.takeOpenBatch();
      if (iterator !== undefined) {
        into.push(iterator);
        count += iterator.left;
      }
      state.position = Math.max(state.position, batch.nextOffset);
      state.positionEpoch = batch.epoch;
      this.#batch++;
    }
    return chunk.hasMore;
  }

  #openBatch(): ReadBatch | undefined {
    const { batches } = this.chunk;
    if (this.#batch < batches.length || this.chunk.openNextBatch()) return batches[this.#batch];
    return undefined;
  }

  /** Reads on in a batch; what comes before a failure can be taken all the same. */
  #readUntil(batch: ReadBatch, count: number): { readonly error: unknown } | undefined {
    if (batch.isWhole || this.chunk.records.length >= count) return undefined;
    try {
      this.chunk.readUntil(count);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** Passes over what lies before the first offset that is wanted. */
  #skipToFirst(): void {
    const { chunk } = this;
    for (;;) {
      const batch = assertDefined(this.#openBatch(), 'the offset lies within the chunk');
      if (batch.nextOffset > this.#fromOffset) break;
      if (!batch.isWhole) chunk.readUntil(Number.POSITIVE_INFINITY);
      this.#next = chunk.endOf(this.#batch++);
    }
    for (;;) {
      if (this.#next >= chunk.records.length) chunk.readUntil(this.#next + 1);
      const record = this.#next < chunk.endOf(this.#batch) ? chunk.records[this.#next] : undefined;
      if (record === undefined || record.offset >= this.#fromOffset) break;
      this.#next++;
    }
    this.#isAtFirst = true;
  }

  /** @returns the offset of the last one. */
  #take(until: number, into: ConsumerRecord[]): number {
    const { records } = this.chunk;
    let last = -1;
    for (let i = this.#next; i < until; i++) {
      const record = records[i];
      if (record === undefined) break;
      into.push(record);
      // A chunk of thousands would keep them until its end, and the collector move each of them to the old ones.
      if (!this.#isShared) records[i] = undefined;
      last = record.offset;
    }
    return last;
  }
}
