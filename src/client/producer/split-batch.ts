import { BatchView } from '../../protocol/records/batch-view.ts';
import { decodeBatch } from '../../protocol/records/decode-batch.ts';
import { ProducerBatch } from './producer-batch.ts';

/**
 * Halves a batch that the broker has refused, being too large or for one of its records, so that the records still get
 * through that it takes by themselves. The parts share its sequence numbers, which therefore stay without a gap, and the time that is left for its delivery.
 */
export function splitBatch(batch: ProducerBatch): readonly ProducerBatch[] {
  const encoded = batch.encode('none');
  const records = decodeBatch(new BatchView(encoded));
  const { callbacks } = batch;
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half, index) => {
    const from = index === 0 ? 0 : middle;
    // The parts stand where the whole stood: between it and the next one there is room for a part's part, too.
    const offset = index * 2 ** -Math.max(1, batch.attempts);
    const part = new ProducerBatch(batch.queue, {
      id: batch.id + offset,
      createdMs: batch.createdMs,
      initialBytes: encoded.length,
      isTransactional: batch.isTransactional,
    });
    for (const [i, { key, value, timestamp, headers }] of half.entries()) {
      part.append(key, value, timestamp, headers, callbacks[from + i]);
    }
    part.attempts = batch.attempts;
    part.identity = batch.identity;
    if (batch.baseSequence >= 0) {
      part.baseSequence = (batch.baseSequence + from) % 2 ** 31;
      part.ordinal = batch.ordinal + offset;
    }
    return part;
  });
}
