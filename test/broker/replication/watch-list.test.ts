import { describe, expect, it } from 'vitest';
import { type DelayedOperation, WatchList } from '../../../broker/replication/watch-list.ts';

class Waiting implements DelayedOperation {
  done = false;
  checks = 0;
  readonly #isReady: () => boolean;

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  tryComplete(): boolean {
    this.checks++;
    this.done = this.#isReady();
    return this.done;
  }
}

describe('WatchList', () => {
  it('keeps what cannot finish and drops what has', () => {
    const list = new WatchList();
    let level = 0;
    const operations = [1, 2, 3].map((needed) => new Waiting(() => level >= needed));
    for (const operation of operations) list.add(operation);
    level = 2;
    list.check();
    expect(operations.map(({ done }) => done)).toEqual([true, true, false]);
    expect(list.size).toBe(1);
    level = 3;
    list.check();
    expect(operations.map(({ checks }) => checks)).toEqual([1, 1, 2]);
    expect(list.size).toBe(0);
  });

  it('sees a change that a finishing operation makes', () => {
    const list = new WatchList();
    let level = 0;
    const early = new Waiting(() => level >= 2);
    list.add(early);
    list.add(
      new Waiting(() => {
        level = 2;
        list.check();
        return true;
      }),
    );
    list.check();
    expect(early.done).toBe(true);
    expect(list.size).toBe(0);
  });

  it('does not grow with operations that have finished elsewhere', () => {
    const list = new WatchList();
    for (let i = 0; i < 10_000; i++) {
      const operation = new Waiting(() => false);
      list.add(operation);
      operation.done = true;
    }
    expect(list.size).toBeLessThan(200);
  });
});
