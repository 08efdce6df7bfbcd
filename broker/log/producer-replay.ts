import { assert } from '../../src/base/assert.ts';
import type { BatchInfo } from './batch-info.ts';
import { readMarker } from './transaction-marker.ts';
import type { CompletedTxn, ProducerState } from './producer-state.ts';
import { recallBatches } from './producer-recall.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { Segment } from './segment.ts';
import { positionOrEnd } from './segment-lookup.ts';
import { scanBatches } from './segment-scan.ts';
import type { AbortedTxn } from './transaction-index.ts';

/**
 * Lets the producer state see an appended or replayed batch. `bytes` answers the batch's bytes and is called for
 * control batches only.
 * @returns the index entry of a transaction that the batch aborted.
 */
export function applyToProducers(
  producers: ProducerState,
  batch: BatchInfo,
  bytes: () => Buffer,
): AbortedTxn | undefined {
  if (batch.producerId < 0) return undefined;
  if (!batch.isControl) {
    producers.appendBatch(batch, batch.baseOffset, batch.lastOffset, batch.maxTimestamp);
    return undefined;
  }
  const marker = readMarker(bytes());
  if (marker === undefined) return undefined;
  const completed = producers.appendMarker({
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    coordinatorEpoch: marker.coordinatorEpoch,
    isAbort: marker.isAbort,
    offset: batch.baseOffset,
    timestamp: batch.maxTimestamp,
  });
  return completed?.isAborted ? toIndexEntry(completed) : undefined;
}

function toIndexEntry(completed: CompletedTxn): AbortedTxn {
  assert(completed.firstOffset < completed.lastOffset, 'a transaction ends after it began');
  return {
    producerId: completed.producerId,
    firstOffset: completed.firstOffset,
    lastOffset: completed.lastOffset,
    lastStableOffset: completed.lastStableOffset,
  };
}

/** Starts from the latest snapshot and lets the producer state see every batch after it. */
export function replayProducers(
  segments: readonly Segment[],
  scanned: ReadonlySet<Segment>,
  options: {
    readonly producers: ProducerState;
    readonly snapshots: ProducerSnapshots;
    /** The high watermark as far as it is known, and at most where the log ends. */
    readonly replicatedTo: number;
    /** Batches from here on are seen by other means. */
    readonly endOffset?: number;
  },
): void {
  const { producers, snapshots, replicatedTo, endOffset = Number.MAX_SAFE_INTEGER } = options;
  const snapshot = snapshots.latest(endOffset);
  producers.reset(snapshot?.producers ?? [], { replicatedTo });
  const fromOffset = snapshot?.offset ?? 0;
  recallBatches(segments, fromOffset, producers);
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next !== undefined && next.baseOffset <= fromOffset) continue;
    if (scanned.has(segment) && segment.baseOffset > fromOffset) {
      snapshots.write(segment.baseOffset, producers.producers);
    }
    const start = fromOffset > segment.baseOffset ? positionOrEnd(segment, fromOffset) : 0;
    scanBatches(segment, start, (batch) => {
      if (batch.baseOffset >= endOffset) return false;
      const aborted = replayBatch(segment, batch, producers);
      if (aborted !== undefined && scanned.has(segment)) segment.aborted.push(aborted);
      return true;
    });
    if (scanned.has(segment)) segment.saveIndexes();
  }
}

/** Lets the producer state see a batch of a segment. @returns as {@link applyToProducers}. */
export function replayBatch(
  segment: Segment,
  batch: BatchInfo,
  producers: ProducerState,
): AbortedTxn | undefined {
  return applyToProducers(producers, batch, () => {
    const bytes = Buffer.allocUnsafe(batch.sizeInBytes);
    segment.readAt(bytes, batch.position, bytes.length);
    return bytes;
  });
}
