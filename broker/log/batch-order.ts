import type { BatchInfo } from './batch-info.ts';
import { type EpochEntry, epochAt } from './leader-epoch-cache.ts';

/** What a batch says of its place in the log. */
type Place = Pick<BatchInfo, 'position' | 'baseOffset' | 'lastOffset' | 'leaderEpoch'>;

interface BatchOrderOptions {
  /** The base offset of the segment. */
  readonly startOffset: number;
  /** Of the batch before it, -1 where there is none. */
  readonly leaderEpoch: number;
  /** Of the segment that follows. */
  readonly endOffset: number | undefined;
  /** The epochs that the checkpoint knows. */
  readonly declared: readonly EpochEntry[];
}

/**
 * Whether the batches of one segment follow each other, when nothing of them is certain but their checksum. It covers neither
 * the base offset nor the leader epoch: brokers stamp them. What speaks against a wrong one is the order of a log: offsets
 * ascend and epochs never go down. Of two batches that contradict each other either may be the wrong one:
 *
 * - The later one, where a truncation had taken it out and a crash has brought it back. Then what has taken its place follows
 *   its predecessor closely, and its epoch is in the checkpoint, which is written after a truncation.
 * - The earlier one, where its offset or epoch has been damaged upwards: then there is a hole before it, or the checkpoint
 *   does not know its epoch. It is {@link doubtful}, and to keep it would be worse than to lose one more batch: the log would end
 *   somewhere else than it does, and a replica would pass over what lies between.
 */
export class BatchOrder {
  readonly #options: BatchOrderOptions;
  #nextOffset: number;
  #leaderEpoch: number;
  /** The batch that was accepted last. */
  #last: Place | undefined;
  #isAfterHole = false;
  /** Of the batch before {@link #last}. */
  #epochBefore = -1;
  #doubtful: number | undefined;

  constructor(options: BatchOrderOptions) {
    this.#options = options;
    this.#nextOffset = options.startOffset;
    this.#leaderEpoch = options.leaderEpoch;
  }

  /** Where the batch that was accepted last ends, or the segment begins. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** The leader epoch of the batch that was accepted last, or before all of them. */
  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  /** Where a batch begins that was accepted, and is not to be believed any more; undefined where there is none. */
  get doubtful(): number | undefined {
    return this.#doubtful;
  }

  /** Whether the log goes on with a batch, by the batches that were accepted before. */
  accept(batch: Place): boolean {
    const { baseOffset, lastOffset, leaderEpoch } = batch;
    if (leaderEpoch < this.#leaderEpoch) {
      if (leaderEpoch >= this.#epochBefore && !this.#isLastDeclared) this.#doubtful = this.#last?.position;
      return false;
    }
    // Where new batches followed a truncation the checkpoint says which epoch begins there: without it, stale batches that
    // fill the gap up to a later segment exactly would go unnoticed.
    if (leaderEpoch < epochAt(this.#options.declared, baseOffset)) return false;
    if (baseOffset < this.#nextOffset) {
      if (this.#isAfterHole) this.#doubtful = this.#last?.position;
      return false;
    }
    this.#last = batch;
    this.#isAfterHole = baseOffset > this.#nextOffset;
    this.#epochBefore = this.#leaderEpoch;
    this.#nextOffset = lastOffset + 1;
    this.#leaderEpoch = leaderEpoch;
    return true;
  }

  /** The segment has ended: its last batch is not to reach into the segment that follows. */
  end(): void {
    const { endOffset } = this.#options;
    if (endOffset !== undefined && this.#nextOffset > endOffset && this.#isAfterHole)
      this.#doubtful = this.#last?.position;
  }

  get #isLastDeclared(): boolean {
    return (
      this.#last !== undefined &&
      epochAt(this.#options.declared, this.#last.baseOffset) === this.#last.leaderEpoch
    );
  }
}
