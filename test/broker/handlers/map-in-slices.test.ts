import { describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { mapInSlices } from '../../../broker/handlers/map-in-slices.ts';

/** A clock that goes on by a millisecond whenever something is done, and turns that are counted. */
function slowEnvironment() {
  let nowMs = 0;
  let turns = 0;
  return {
    work: (item: number): number => {
      nowMs++;
      return item * 2;
    },
    turnCount: () => turns,
    clock: { ...nodeEnvironment.clock, nowMs: () => nowMs, monotonicMs: () => nowMs },
    timers: {
      ...nodeEnvironment.timers,
      defer: (callback: () => void): void => {
        turns++;
        queueMicrotask(callback);
      },
    },
  };
}

describe('mapInSlices', () => {
  it('lets others have their turn every few milliseconds', async () => {
    const environment = slowEnvironment();
    const items = Array.from({ length: 100 }, (_, i) => i);
    expect(await mapInSlices(items, environment, environment.work)).toEqual(items.map((i) => 2 * i));
    expect(environment.turnCount()).toBe(20);
  });

  it('does what takes a moment in one turn', async () => {
    const environment = slowEnvironment();
    expect(await mapInSlices([1, 2, 3], environment, environment.work)).toEqual([2, 4, 6]);
    expect(environment.turnCount()).toBe(0);
  });

  it('ends with the first error', async () => {
    const environment = slowEnvironment();
    const fail = (item: number): number => {
      if (item === 2) throw new Error('no');
      return environment.work(item);
    };
    await expect(mapInSlices([1, 2, 3], environment, fail)).rejects.toThrow('no');
  });
});
