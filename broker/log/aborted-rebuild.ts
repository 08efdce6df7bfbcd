import type { ProducerSnapshots } from './producer-snapshots.ts';
import { replayBatch } from './producer-replay.ts';
import { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import { scanBatches, UNDAMAGED } from './segment-scan.ts';
import type { AbortedTxn } from './transaction-index.ts';

/** Batches between two looks at the clock. */
const BATCHES_PER_LOOK = 64;

/** How far a rebuild is: 'void' where a segment has left the log before it was read. */
type Progress = 'more' | 'done' | 'void';

/**
 * Learns from the log, a part at a time, which transactions were aborted by markers in the segment at `baseOffset`: its markers
 * say which producers, and where their transactions began is known from the snapshot at its start, or else from the segments
 * before it. What is appended to the segment meanwhile is seen as well.
 */
export class AbortedRebuild {
  /** Ascending by their markers; complete when it is done. */
  readonly found: AbortedTxn[] = [];
  readonly #producers = new ProducerState();
  /** What is to be read yet, ascending. */
  readonly #segments: Segment[];
  readonly #baseOffset: number;
  readonly #fromOffset: number;
  /** Where in the first of them to go on; undefined where it has not begun. */
  #position: number | undefined;
  /** No batch that follows begins before it. */
  #nextOffset = 0;

  /** @param segments of the log, ascending. */
  constructor(
    baseOffset: number,
    { segments, snapshots }: { readonly segments: readonly Segment[]; readonly snapshots: ProducerSnapshots },
  ) {
    const snapshot = snapshots.latest(baseOffset);
    this.#baseOffset = baseOffset;
    this.#fromOffset = snapshot?.offset ?? 0;
    // Nobody asks this state what is stable.
    this.#producers.reset(snapshot?.producers ?? [], { replicatedTo: Number.MAX_SAFE_INTEGER });
    this.#segments = segments.filter((segment, index) => {
      const next = segments[index + 1];
      const isBefore = next !== undefined && next.baseOffset <= this.#fromOffset;
      return !isBefore && segment.baseOffset <= baseOffset;
    });
  }

  /**
   * Goes on until `isOver`.
   * @throws {SegmentDamage} where the log is damaged on the way: what was aborted behind it cannot be told.
   */
  run(isOver: () => boolean): Progress {
    for (;;) {
      const [segment] = this.#segments;
      if (segment === undefined) return 'done';
      if (segment.hasLeft) return 'void';
      if (!this.#read(segment, isOver)) return 'more';
      this.#segments.shift();
      this.#position = undefined;
    }
  }

  /** Answers whether the segment has been read to its end. */
  #read(segment: Segment, isOver: () => boolean): boolean {
    let position = this.#position ?? this.#startIn(segment);
    let count = 0;
    let isOutOfOrder = false;
    const damagedAt = scanBatches(segment, position, (batch) => {
      isOutOfOrder = batch.baseOffset < this.#nextOffset;
      if (isOutOfOrder) return false;
      const aborted = replayBatch(segment, batch, this.#producers);
      if (aborted !== undefined && segment.baseOffset === this.#baseOffset) this.found.push(aborted);
      position += batch.sizeInBytes;
      this.#nextOffset = batch.lastOffset + 1;
      return ++count % BATCHES_PER_LOOK !== 0 || !isOver();
    });
    if (isOutOfOrder) throw new SegmentDamage(segment.pathOf('log'), position);
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(segment.pathOf('log'), damagedAt);
    this.#position = position;
    return position >= segment.sizeInBytes;
  }

  #startIn(segment: Segment): number {
    return this.#fromOffset > segment.baseOffset ? segment.positionOf(this.#fromOffset) : 0;
  }
}
