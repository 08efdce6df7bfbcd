import { describe, expect, it } from 'vitest';
import { DelayedAnswer, type PendingOutcome } from '../../../broker/replication/delayed-answer.ts';
import type { Partition } from '../../../broker/replication/partition.ts';
import { WatchList } from '../../../broker/replication/watch-list.ts';
import type { Timers } from '../../../src/base/environment.ts';

const PARTITIONS = 1_000;

class Outcomes extends DelayedAnswer<PendingOutcome> {
  looks = 0;
  readonly settled = new Set<PendingOutcome>();

  protected override decide(outcome: PendingOutcome): boolean {
    this.looks++;
    if (!this.settled.has(outcome)) return false;
    outcome.errorCode = 0;
    return true;
  }
}

/** Only the lists of a partition are asked. */
function pendingOutcome(): { readonly outcome: PendingOutcome; readonly list: WatchList } {
  const list = new WatchList();
  const partition = { produceWatchers: list } as unknown as Partition;
  return { outcome: { partition, errorCode: 7, decided: false }, list };
}

describe('an answer that waits for many partitions', () => {
  const begin = () => {
    let onTime = (): void => {};
    const timers = {
      after: (_: number, callback: () => void) => {
        onTime = callback;
        return { cancel: () => (onTime = () => {}) };
      },
    } as unknown as Timers;
    const pending = Array.from({ length: PARTITIONS }, pendingOutcome);
    let ends = 0;
    const outcomes = pending.map(({ outcome }) => outcome);
    const answer = new Outcomes(outcomes, () => void ends++);
    return { pending, answer, timers, ends: () => ends, timeOut: () => onTime() };
  };

  it('looks at the one that has changed, and at no other', () => {
    const { pending, answer, timers, ends } = begin();
    answer.start(timers, 1000);
    answer.looks = 0;
    for (const { outcome, list } of pending) {
      expect(ends()).toBe(0);
      list.check();
      answer.settled.add(outcome);
      list.check();
      expect(list.size).toBe(0);
    }
    expect(ends()).toBe(1);
    expect(answer.looks).toBe(2 * PARTITIONS);
    expect(pending.every(({ outcome }) => outcome.errorCode === 0)).toBe(true);
  });

  it('ends when its time is up, and its lists forget it', () => {
    const { pending, answer, timers, ends, timeOut } = begin();
    const [first] = pending;
    if (first !== undefined) answer.settled.add(first.outcome);
    answer.start(timers, 1000);
    timeOut();
    expect(ends()).toBe(1);
    expect(pending.map(({ outcome }) => outcome.errorCode)).toEqual([0, ...Array(PARTITIONS - 1).fill(7)]);
    for (const { list } of pending) {
      expect(list.waitingCount).toBe(0);
      list.check();
      expect(list.size).toBe(0);
    }
    expect(ends()).toBe(1);
  });

  it('ends at once where all is decided', () => {
    const { pending, answer, timers, ends } = begin();
    for (const { outcome } of pending) answer.settled.add(outcome);
    answer.start(timers, 1000);
    expect([ends(), answer.done, pending.every(({ list }) => list.size === 0)]).toEqual([1, true, true]);
  });
});
