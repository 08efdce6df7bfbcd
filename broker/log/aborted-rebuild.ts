import { ProducerState } from './producer-state.ts';
import { replayBatches } from './producer-replay.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import { UNDAMAGED } from './segment-scan.ts';
import type { AbortedTxn } from './transaction-index.ts';

/**
 * Learns from the log which transactions were aborted by markers in the segment at `baseOffset`: its markers say which producers,
 * and where their transactions began is known from the snapshot at its start, or else from the segments before it.
 * @param segments of the log, ascending.
 * @throws {SegmentDamage} where the log is damaged on the way: what was aborted behind it cannot be told.
 */
export function abortedIn(
  baseOffset: number,
  { segments, snapshots }: { readonly segments: readonly Segment[]; readonly snapshots: ProducerSnapshots },
): AbortedTxn[] {
  const producers = new ProducerState();
  const snapshot = snapshots.latest(baseOffset);
  producers.reset(snapshot?.producers ?? [], { replicatedTo: Number.MAX_SAFE_INTEGER });
  const fromOffset = snapshot?.offset ?? 0;
  const found: AbortedTxn[] = [];
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next !== undefined && next.baseOffset <= fromOffset) continue;
    if (segment.baseOffset > baseOffset) break;
    const start = fromOffset > segment.baseOffset ? segment.positionOf(fromOffset) : 0;
    const damagedAt = replayBatches(segment, { producers, start }, (aborted) => {
      if (segment.baseOffset === baseOffset) found.push(aborted);
    });
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(segment.pathOf('log'), damagedAt);
  }
  return found;
}
