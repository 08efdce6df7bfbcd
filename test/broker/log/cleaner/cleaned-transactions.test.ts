import { describe, expect, it } from 'vitest';
import { CleanedTransactions } from '../../../../broker/log/cleaner/cleaned-transactions.ts';

const abortedTxn = (producerId: number, firstOffset: number, lastOffset: number) => ({
  producerId,
  firstOffset,
  lastOffset,
  lastStableOffset: lastOffset + 1,
});

describe('CleanedTransactions', () => {
  it('tells aborted data from committed data of one producer', () => {
    const transactions = new CleanedTransactions([abortedTxn(1, 10, 20)]);
    expect(transactions.onData(1, 5)).toBe(false);
    expect(transactions.onMarker(1, 6, false)).toEqual({ isUnneeded: false, aborted: undefined });
    expect(transactions.onData(1, 12)).toBe(true);
    expect(transactions.onData(2, 13)).toBe(false);
    expect(transactions.onMarker(1, 20, true)).toMatchObject({
      isUnneeded: false,
      aborted: { producerId: 1, firstOffset: 10 },
    });
    expect(transactions.onData(1, 21)).toBe(false);
  });

  it('needs no marker of a transaction without data', () => {
    const transactions = new CleanedTransactions([abortedTxn(1, 10, 20)]);
    expect(transactions.onMarker(2, 9, false)).toEqual({ isUnneeded: true, aborted: undefined });
    expect(transactions.onMarker(1, 20, true)).toEqual({ isUnneeded: true, aborted: undefined });
    expect(transactions.onMarker(1, 30, undefined).isUnneeded).toBe(true);
  });

  it('holds no data for aborted behind a marker that has gone', () => {
    const transactions = new CleanedTransactions([abortedTxn(1, 10, 20)]);
    expect(transactions.onData(1, 25)).toBe(false);
  });

  it('goes on in another group where it was', () => {
    const aborted = [abortedTxn(1, 10, 40), abortedTxn(3, 12, 50)];
    const first = new CleanedTransactions(aborted);
    expect(first.onData(1, 11)).toBe(true);
    expect(first.onData(2, 13)).toBe(false);
    const second = new CleanedTransactions(aborted, structuredClone(first.state));
    expect(second.onData(3, 30)).toBe(true);
    expect(second.onMarker(2, 31, false).isUnneeded).toBe(false);
    expect(second.onMarker(1, 40, true).aborted).toMatchObject({ firstOffset: 10 });
    expect(second.onMarker(3, 50, true).aborted).toMatchObject({ firstOffset: 12 });
  });
});
