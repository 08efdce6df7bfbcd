import type { AbortedTransaction } from './read-result.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import type { AbortedTxn } from './transaction-index.ts';

/** Index of the segment that contains `offset`: the last that begins at or before it, else the first. */
export function segmentIndexOf(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle] as Segment).baseOffset <= offset) low = middle + 1;
    else high = middle - 1;
  }
  return Math.max(0, high);
}

/**
 * Aborted transactions that overlap a range; `segments` begin with the one that contains its start. A promise where an index is
 * being made anew: it resolves when it is worth asking again.
 */
export function findAborted(
  segments: readonly Pick<Segment, 'abortedTransactions'>[],
  range: { readonly fromOffset: number; readonly toOffset: number },
): readonly AbortedTransaction[] | Promise<void> {
  const { fromOffset, toOffset } = range;
  const found: AbortedTransaction[] = [];
  for (const segment of segments) {
    const entries = segment.abortedTransactions;
    if (entries instanceof Promise) return entries;
    for (let i = firstEndedFrom(entries, fromOffset); ; i++) {
      const entry = entries[i];
      if (entry === undefined) break;
      if (entry.firstOffset < toOffset)
        found.push({ producerId: entry.producerId, firstOffset: entry.firstOffset });
      // Nothing that began before this point is still undecided: later entries begin at or after it.
      if (entry.lastStableOffset >= toOffset) return found;
    }
  }
  return found;
}

/** Index of the first entry whose marker is at or after `offset`: a consumer asks for each part of a segment in turn. */
function firstEndedFrom(entries: readonly AbortedTxn[], offset: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.lastOffset ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whether a batch bears out an entry of a segment's time index. An index that can be one, and is another segment's or of
 * another time, would let look-ups by time miss records, and retention delete too many.
 */
export function isTimeEntryTrue(
  segment: Segment,
  { timestamp, offset }: { readonly timestamp: number; readonly offset: number },
): boolean {
  let isTrue = false;
  segment.scanFrom(offset, (batch) => {
    if (batch.lastOffset < offset) return true;
    isTrue = batch.baseOffset <= offset && batch.maxTimestamp === timestamp;
    return false;
  });
  return isTrue;
}

/**
 * Where the batch that contains `offset` begins, for those who can do without what lies behind damage: then it is the end.
 * The damage is told to whoever reads there.
 */
export function positionOrEnd(segment: Segment, offset: number): number {
  try {
    return segment.positionOf(offset);
  } catch (error) {
    if (!(error instanceof SegmentDamage)) throw error;
    return segment.sizeInBytes;
  }
}
