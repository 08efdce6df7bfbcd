import { describe, expect, it } from 'vitest';
import { findAborted } from '../../../broker/log/segment-lookup.ts';
import type { AbortedTxn } from '../../../broker/log/transaction-index.ts';

/** Transactions of two offsets each, one after the other. */
const entries: readonly AbortedTxn[] = Array.from({ length: 100_000 }, (_, i) => ({
  producerId: i,
  firstOffset: 2 * i,
  lastOffset: 2 * i + 1,
  lastStableOffset: 2 * i + 2,
}));

describe('the aborted transactions of a range of offsets', () => {
  it('are found without a look at all that were aborted before it', () => {
    let looks = 0;
    const counted = new Proxy(entries, {
      get(target, property) {
        if (property !== 'length') looks++;
        return Reflect.get(target, property) as unknown;
      },
    });
    const segments = [{ abortedTransactions: counted }];
    for (const at of [0, 1, 50_000, 99_998]) {
      looks = 0;
      const found = findAborted(segments, { fromOffset: 2 * at, toOffset: 2 * at + 3 });
      expect(found).toEqual([
        { producerId: at, firstOffset: 2 * at },
        { producerId: at + 1, firstOffset: 2 * at + 2 },
      ]);
      expect(looks).toBeLessThan(25);
    }
    // A range that begins with a marker has its transaction.
    expect(findAborted(segments, { fromOffset: 11, toOffset: 12 })).toEqual([
      { producerId: 5, firstOffset: 10 },
    ]);
    expect(findAborted(segments, { fromOffset: 200_000, toOffset: 200_001 })).toEqual([]);
  });
});
