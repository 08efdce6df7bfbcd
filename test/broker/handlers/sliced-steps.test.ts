import { describe, expect, it } from 'vitest';
import { eachInSlices, runSteps } from '../../../broker/handlers/sliced-steps.ts';

/** A clock that goes on by a millisecond with each step, and turns of an event loop that come when they are asked for. */
class Loop {
  nowMs = 0;
  readonly #deferred: (() => void)[] = [];
  holds = 0;
  readonly errors: unknown[] = [];
  readonly clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
  readonly timers = {
    after: () => ({ cancel: () => {} }),
    every: () => ({ cancel: () => {} }),
    defer: (callback: () => void) => void this.#deferred.push(callback),
    sleep: () => Promise.resolve(),
  };
  readonly context = {
    hold: () => {
      this.holds++;
      return () => void this.holds--;
    },
    guard:
      <T extends readonly unknown[]>(work: (...args: T) => void) =>
      (...args: T) => {
        try {
          work(...args);
        } catch (error) {
          this.errors.push(error);
        }
      },
  };

  /** Does what was deferred by now; answers whether there was anything. */
  turn(): boolean {
    const deferred = this.#deferred.splice(0);
    for (const callback of deferred) callback();
    return deferred.length > 0;
  }

  run(steps: number, fails = -1): { readonly done: () => number; readonly ends: () => number } {
    let done = 0;
    let ends = 0;
    const next = (): boolean => {
      if (done === fails) throw new Error('a step has failed');
      if (done === steps) return false;
      done++;
      this.nowMs++;
      return true;
    };
    runSteps({ next, onEnd: () => void ends++ }, this.context, this);
    return { done: () => done, ends: () => ends };
  }
}

describe('the steps of a request', () => {
  it('are done at once where they are few, and hold nobody', () => {
    for (const count of [0, 1, 5]) {
      const loop = new Loop();
      const steps = loop.run(count);
      expect([steps.done(), steps.ends(), loop.holds, loop.turn()]).toEqual([count, 1, 0, false]);
    }
  });

  it('are done in slices where they are many, and the next requests of the connection wait', () => {
    const loop = new Loop();
    const steps = loop.run(100);
    let last = steps.done();
    expect(last).toBeLessThan(10);
    while (steps.ends() === 0) {
      expect(loop.holds).toBe(1);
      expect(loop.turn()).toBe(true);
      expect(steps.done() - last).toBeLessThan(10);
      last = steps.done();
    }
    expect([steps.done(), steps.ends(), loop.holds, loop.turn()]).toEqual([100, 1, 0, false]);
  });

  it('let the connection go on when a later one fails', () => {
    const loop = new Loop();
    const steps = loop.run(100, 50);
    while (loop.turn());
    expect(loop.errors).toEqual([new Error('a step has failed')]);
    expect([steps.done(), steps.ends(), loop.holds]).toEqual([50, 0, 0]);
  });
});

describe('each thing that a request names', () => {
  const each = (
    loop: Loop,
    count: number,
  ): { readonly done: number[]; readonly end: Promise<void> | undefined } => {
    const done: number[] = [];
    const work = (item: number): void => {
      done.push(item);
      loop.nowMs++;
    };
    const items = Array.from({ length: count }, (_, i) => i);
    return { done, end: eachInSlices(items, work, loop.context, loop) };
  };

  it('is done at once where they are few: nothing that comes next overtakes it', () => {
    for (const count of [0, 1, 5]) {
      const { done, end } = each(new Loop(), count);
      expect([done.length, end]).toEqual([count, undefined]);
    }
  });

  it('is done in slices where they are many, in their order', async () => {
    const loop = new Loop();
    const { done, end } = each(loop, 100);
    expect(done.length).toBeLessThan(10);
    expect(loop.holds).toBe(1);
    while (loop.turn());
    await end;
    expect(done).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(loop.holds).toBe(0);
  });
});
