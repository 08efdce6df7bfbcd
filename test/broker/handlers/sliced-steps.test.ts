import { describe, expect, it } from 'vitest';
import { runSteps } from '../../../broker/handlers/sliced-steps.ts';

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
