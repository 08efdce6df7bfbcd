import { expect, it } from 'vitest';
import type { Timers } from '../../src/base/environment.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';

it('gives others their turn each few milliseconds, and nobody else one', async () => {
  let nowMs = 0;
  const turns: number[] = [];
  const never = (): never => {
    throw new Error('nothing waits for time');
  };
  const timers: Timers = {
    after: never,
    every: never,
    sleep: never,
    defer: (callback) => {
      turns.push(nowMs);
      // Others take a while, which is not this work's.
      nowMs += 50;
      setImmediate(callback);
    },
  };
  const slice = new TimeSlice({ clock: { nowMs: () => nowMs, monotonicMs: () => nowMs }, timers });
  for (let i = 0; i < 12; i++) {
    nowMs += 1;
    if (slice.isOver) await slice.next();
  }
  expect(turns).toEqual([5, 60]);
});
