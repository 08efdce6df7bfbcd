import { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import { positionOrEnd } from './segment-lookup.ts';
import { scanBatches } from './segment-scan.ts';

/** How much of the log before a snapshot is looked through: far more than what producers have in flight. */
const RECALL_BYTES = 1024 * 1024;

/**
 * Completes what a snapshot knows of producers. Kafka's format has each one's last batch only, yet a producer whose
 * leader was restarted, or replaced by a broker that was, may ask again about the last five, and would be told that
 * they are out of order: then it writes them a second time under new numbers. They are in the log just before the
 * snapshot.
 */
export function recallBatches(
  segments: readonly Segment[],
  snapshotOffset: number,
  producers: ProducerState,
): void {
  if (producers.producerCount === 0) return;
  const recent = new ProducerState();
  for (const { segment, position } of lastBytes(segments, snapshotOffset)) {
    scanBatches(segment, position, (batch) => {
      if (batch.baseOffset >= snapshotOffset) return false;
      if (batch.producerId >= 0 && !batch.isControl) {
        recent.appendBatch(batch, batch.baseOffset, batch.lastOffset, batch.maxTimestamp);
      }
      return true;
    });
  }
  producers.recall(recent);
}

/** The segments that hold the last {@link RECALL_BYTES} before an offset, oldest first, and where in each to begin. */
function lastBytes(
  segments: readonly Segment[],
  offset: number,
): readonly { readonly segment: Segment; readonly position: number }[] {
  const parts: { readonly segment: Segment; readonly position: number }[] = [];
  let missing = RECALL_BYTES;
  for (const segment of segments.toReversed()) {
    if (segment.baseOffset >= offset) continue;
    const end = Math.min(segment.sizeInBytes, positionOrEnd(segment, offset));
    const position = end <= missing ? 0 : segment.indexes.offsets.batchStartBefore(end - missing);
    parts.unshift({ segment, position });
    missing -= end;
    if (missing <= 0) break;
  }
  return parts;
}
