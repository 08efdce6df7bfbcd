import { AssertionFailure } from '../../../src/base/errors.ts';
import type { Random, Timers } from '../../../src/base/environment.ts';
import type { OffsetAndEpoch, RaftLog } from '../../../broker/quorum/raft-log.ts';

interface StoredBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly bytes: Buffer;
}

/** A log in memory whose syncs take time, and which loses in a crash what was not synced. */
export class MemoryRaftLog implements RaftLog {
  readonly startOffset = 0;
  highWatermark = 0;
  #batches: StoredBatch[] = [];
  #flushedCount = 0;
  #crashed = false;
  readonly #timers: Timers | undefined;
  readonly #random: Random | undefined;

  constructor(slow?: { readonly timers: Timers; readonly random: Random }) {
    this.#timers = slow?.timers;
    this.#random = slow?.random;
  }

  get endOffset(): number {
    return (this.#batches.at(-1)?.lastOffset ?? -1) + 1;
  }

  get lastEpoch(): number {
    return this.#batches.at(-1)?.epoch ?? 0;
  }

  get batches(): readonly StoredBatch[] {
    return this.#batches;
  }

  appendAsLeader(batch: Buffer, epoch: number): number {
    const baseOffset = this.endOffset;
    batch.writeBigInt64BE(BigInt(baseOffset), 0);
    batch.writeInt32BE(epoch, 12);
    this.#batches.push(stored(batch));
    return baseOffset;
  }

  appendAsFollower(batches: Buffer): void {
    for (let at = 0; at < batches.length; ) {
      const end = at + 12 + batches.readInt32BE(at + 8);
      const batch = stored(Buffer.from(batches.subarray(at, end)));
      if (batch.baseOffset !== this.endOffset) throw new AssertionFailure('append beyond the end');
      this.#batches.push(batch);
      at = end;
    }
  }

  async flush(): Promise<void> {
    const count = this.#batches.length;
    if (this.#timers !== undefined && this.#random !== undefined && count > this.#flushedCount) {
      await this.#timers.sleep(this.#random.int(8));
    }
    if (this.#crashed) return new Promise(() => {});
    // A truncation may have come between.
    this.#flushedCount = Math.max(this.#flushedCount, Math.min(count, this.#batches.length));
    return undefined;
  }

  truncateTo(offset: number): void {
    if (offset < this.highWatermark)
      throw new AssertionFailure(`truncation to ${offset} below ${this.highWatermark}`);
    this.#batches = this.#batches.filter((batch) => batch.lastOffset < offset);
    this.#flushedCount = Math.min(this.#flushedCount, this.#batches.length);
  }

  setHighWatermark(offset: number): void {
    this.highWatermark = Math.min(offset, this.endOffset);
  }

  endOffsetForEpoch(epoch: number): OffsetAndEpoch {
    let found: OffsetAndEpoch = { epoch, offset: this.startOffset };
    for (const batch of this.#batches) {
      if (batch.epoch > epoch) break;
      found = { epoch: batch.epoch, offset: batch.lastOffset + 1 };
    }
    return found;
  }

  epochAt(offset: number): number {
    return this.#batches.find(({ lastOffset }) => lastOffset >= offset)?.epoch ?? -1;
  }

  read(fromOffset: number, toOffset: number, bytesMax: number): readonly Buffer[] {
    const chunks: Buffer[] = [];
    let total = 0;
    for (const batch of this.#batches) {
      if (batch.lastOffset < fromOffset) continue;
      if (batch.baseOffset >= toOffset) break;
      if (chunks.length > 0 && total + batch.bytes.length > bytesMax) break;
      chunks.push(batch.bytes);
      total += batch.bytes.length;
    }
    return chunks;
  }

  /** The log as the next process finds it: of what was not synced, some is there and the rest is lost. */
  afterCrash(random: Random, slow: { readonly timers: Timers; readonly random: Random }): MemoryRaftLog {
    this.#crashed = true;
    const next = new MemoryRaftLog(slow);
    const unsynced = this.#batches.length - this.#flushedCount;
    next.#batches = this.#batches.slice(0, this.#flushedCount + random.int(unsynced + 1));
    next.#flushedCount = this.#flushedCount;
    next.highWatermark = random.float() < 0.5 ? 0 : Math.min(this.highWatermark, next.endOffset);
    return next;
  }
}

function stored(bytes: Buffer): StoredBatch {
  const baseOffset = Number(bytes.readBigInt64BE(0));
  return { baseOffset, lastOffset: baseOffset + bytes.readInt32BE(23), epoch: bytes.readInt32BE(12), bytes };
}
