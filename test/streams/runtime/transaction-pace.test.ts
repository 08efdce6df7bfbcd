import { describe, expect, it } from 'vitest';
import { TransactionPace } from '../../../src/streams/runtime/transaction-pace.ts';

describe('the pace of the transactions of a stream thread', () => {
  it('lets one that is alone commit when it is due', () => {
    const pace = new TransactionPace();
    for (let nowMs = 0; nowMs < 1_000; nowMs += 100) expect(pace.take(nowMs)).toBe(nowMs);
  });

  it('gives those that are due together turns one after the other, in the order in which they came', () => {
    const pace = new TransactionPace();
    expect([pace.take(500), pace.take(500), pace.take(501)]).toEqual([500, 520, 540]);
    expect(pace.take(700)).toBe(700);
  });

  it('lets a hundred busy ones commit once in two seconds each', () => {
    const pace = new TransactionPace();
    const waits: number[] = [];
    const dueMs = Array.from({ length: 100 }, () => 0);
    for (let turn = 0; turn < 1_000; turn++) {
      const next = dueMs.indexOf(Math.min(...dueMs));
      const nowMs = dueMs[next] ?? 0;
      const turnMs = pace.take(nowMs);
      waits.push(turnMs - nowMs);
      dueMs[next] = turnMs + 100;
    }
    expect(waits.slice(200).every((wait) => wait >= 1_850 && wait <= 2_000)).toBe(true);
  });

  it('lets nobody wait for more than two seconds, however many are due', () => {
    const pace = new TransactionPace();
    const turns = Array.from({ length: 5_000 }, () => pace.take(0));
    expect(Math.max(...turns)).toBe(2_000);
  });
});
