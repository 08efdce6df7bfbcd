import { expect, it } from 'vitest';
import type { Timer, Timers } from '../../src/base/environment.ts';
import { SharedIntervals } from '../../src/base/shared-intervals.ts';

/** Timers that go off when the test says so, by their interval. */
function timersByHand(): { readonly timers: Pick<Timers, 'every'>; readonly set: Map<number, () => void> } {
  const set = new Map<number, () => void>();
  const every = (intervalMs: number, callback: () => void): Timer => {
    expect(set.has(intervalMs), 'one timer of each interval').toBe(false);
    set.set(intervalMs, callback);
    return { cancel: () => set.delete(intervalMs) };
  };
  return { timers: { every }, set };
}

it('those of one length go off together, each as often as it was set, and end with the last of them', () => {
  const { timers, set } = timersByHand();
  const intervals = new SharedIntervals(timers);
  const called: string[] = [];
  const note = (name: string) => () => called.push(name);
  const twice = note('twice');
  const owners = [
    intervals.every(1_000, note('a')),
    intervals.every(1_000, twice),
    intervals.every(1_000, twice),
    intervals.every(3_000, note('b')),
  ];
  set.get(1_000)?.();
  expect(called).toEqual(['a', 'twice', 'twice']);
  set.get(3_000)?.();
  expect(called.at(-1)).toBe('b');
  owners[1]?.cancel();
  owners[1]?.cancel();
  called.length = 0;
  set.get(1_000)?.();
  expect(called).toEqual(['a', 'twice']);
  for (const owner of owners) owner.cancel();
  expect(set.size).toBe(0);
  intervals.every(1_000, note('again'));
  owners[0]?.cancel();
  set.get(1_000)?.();
  expect(called.at(-1)).toBe('again');
});

it('one that ends another one is the last to be called of the two; one that comes meanwhile waits', () => {
  const { timers, set } = timersByHand();
  const intervals = new SharedIntervals(timers);
  const called: string[] = [];
  intervals.every(1, () => {
    called.push('first');
    second.cancel();
    intervals.every(1, () => called.push('third'));
  });
  const second = intervals.every(1, () => called.push('second'));
  set.get(1)?.();
  expect(called).toEqual(['first']);
  set.get(1)?.();
  expect(called).toEqual(['first', 'first', 'third']);
});

it('one that throws keeps the others from nothing', () => {
  const { timers, set } = timersByHand();
  const intervals = new SharedIntervals(timers);
  const called: string[] = [];
  intervals.every(1, () => {
    throw new Error('broken');
  });
  intervals.every(1, () => called.push('other'));
  expect(() => set.get(1)?.()).toThrow('broken');
  expect(called).toEqual(['other']);
});
