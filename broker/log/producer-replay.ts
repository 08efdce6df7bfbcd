import { assert } from '../../src/base/assert.ts';
import type { BatchInfo } from './batch-info.ts';
import { readMarker } from './transaction-marker.ts';
import type { CompletedTxn, ProducerState } from './producer-state.ts';
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
