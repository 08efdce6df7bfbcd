import { describe, expect, it } from 'vitest';
import { ProducerState } from '../../../broker/log/producer-state.ts';

/** One producer in an open transaction that begins at offset 10. */
function inTransaction(): ProducerState {
  const state = new ProducerState();
  const batch = { producerId: 1, producerEpoch: 0, baseSequence: 0, recordsCount: 2, isTransactional: true };
  state.appendBatch(batch, 10, 11, 1_000);
  return state;
}

describe('the producers of a partition', () => {
  it('hold a transaction unstable until its marker itself is below the high watermark', () => {
    const state = inTransaction();
    const end = { producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, isAbort: false, timestamp: 1_000 };
    state.appendMarker({ ...end, offset: 12 });
    // The high watermark is exclusive: at 12 the marker is not replicated yet.
    state.onHighWatermark(12);
    expect(state.firstUnstableOffset).toBe(10);
    state.onHighWatermark(13);
    expect(state.firstUnstableOffset).toBeUndefined();
  });

  it('keep of a replay what the high watermark had not passed, however much has ended before', () => {
    const state = new ProducerState();
    state.reset([], { replicatedTo: 1_000 });
    const epochs = { producerEpoch: 0, coordinatorEpoch: 0, isAbort: true, timestamp: 1_000 };
    for (let offset = 0; offset < 1_002; offset += 2) {
      const batch = { producerId: 1, producerEpoch: 0, baseSequence: -1, recordsCount: 1 };
      state.appendBatch({ ...batch, isTransactional: true }, offset, offset, 1_000);
      state.appendMarker({ ...epochs, producerId: 1, offset: offset + 1 });
      expect(state.firstUnstableOffset).toBe(offset < 1_000 ? undefined : offset);
    }
  });

  it('expire when they have been silent, but never inside of a transaction', () => {
    const state = inTransaction();
    state.appendBatch(
      { producerId: 2, producerEpoch: 0, baseSequence: 0, recordsCount: 1, isTransactional: false },
      12,
      12,
      1_000,
    );
    state.expire(1_499, 500);
    expect([...state.producers].map(({ producerId }) => producerId)).toEqual([1, 2]);
    state.expire(1_500, 500);
    expect([...state.producers].map(({ producerId }) => producerId)).toEqual([1]);
    expect(state.firstUnstableOffset).toBe(10);
  });
});
