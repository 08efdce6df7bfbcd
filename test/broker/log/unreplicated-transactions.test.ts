import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreplicatedTransactions } from '../../../broker/log/unreplicated-transactions.ts';

interface Txn {
  readonly firstOffset: number;
  readonly markerOffset: number;
}

/** Transactions in the order of their markers, each begun up to `span` offsets before. */
const transactions = fc
  .array(fc.record({ gap: fc.integer({ min: 2, max: 5 }), span: fc.integer({ min: 1, max: 40 }) }), {
    maxLength: 60,
  })
  .map((steps) => {
    const ended: Txn[] = [];
    const begun = new Set<number>();
    let markerOffset = 40;
    for (const { gap, span } of steps) {
      markerOffset += gap;
      const firstOffset = markerOffset - span;
      // Two transactions do not begin with the same record.
      if (begun.has(firstOffset)) continue;
      begun.add(firstOffset);
      ended.push({ firstOffset, markerOffset });
    }
    return ended;
  });

describe('ended transactions whose markers are not replicated', () => {
  it('say where the earliest began, as a list of all of them would', () => {
    fc.assert(
      fc.property(transactions, fc.infiniteStream(fc.integer({ min: 0, max: 12 })), (ended, lags) => {
        const kept = new UnreplicatedTransactions();
        let all: Txn[] = [];
        let highWatermark = 0;
        for (const txn of ended) {
          kept.add(txn.firstOffset, txn.markerOffset);
          all.push(txn);
          const lag = lags.next();
          highWatermark = Math.max(highWatermark, txn.markerOffset + 1 - Number(lag.value));
          kept.onHighWatermark(highWatermark);
          all = all.filter(({ markerOffset }) => markerOffset >= highWatermark);
          const first = all.length === 0 ? undefined : Math.min(...all.map(({ firstOffset }) => firstOffset));
          expect(kept.firstOffset).toBe(first);
          expect(kept.size).toBeLessThanOrEqual(all.length);
        }
      }),
    );
  });

  it('are not kept where a later one began before them', () => {
    const kept = new UnreplicatedTransactions();
    for (let i = 0; i < 1_000; i++) kept.add(10 + 2 * i, 11 + 2 * i);
    expect(kept.size).toBe(1_000);
    kept.add(5, 5_000);
    expect([kept.size, kept.firstOffset]).toEqual([1, 5]);
  });

  it('may be a million', () => {
    const kept = new UnreplicatedTransactions();
    for (let i = 0; i < 1_000_000; i++) kept.add(2 * i, 2 * i + 1);
    for (let i = 0; i < 1_000_000; i++) kept.onHighWatermark(2 * i + 1);
    expect([kept.size, kept.firstOffset]).toEqual([1, 1_999_998]);
  });
});
