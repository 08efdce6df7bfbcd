import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentBatches, RecentBudget } from '../../../broker/log/recent-batches.ts';

const BYTES_MAX = 100_000;

/** What a log should have in memory, in order. */
interface Appended {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly content: string;
}

describe('RecentBatches', () => {
  it('hold the latest batches of all logs as they were appended, in no more memory than their budget', () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.record({ log: fc.nat(4), bytes: fc.integer({ min: 1, max: 30_000 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ log: fc.nat(4), bytes: fc.constantFrom(0, BYTES_MAX, BYTES_MAX + 1) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const budget = new RecentBudget(BYTES_MAX);
        const logs = Array.from({ length: 5 }, () => new RecentBatches(budget));
        const appended: Appended[][] = logs.map(() => []);
        for (const [i, { log, bytes }] of steps.entries()) {
          const recent = logs[log] as RecentBatches;
          const expected = appended[log] as Appended[];
          const baseOffset = expected.at(-1)?.nextOffset ?? 0;
          if (bytes === 0) {
            recent.clear();
            appended[log] = [];
          } else {
            const request = Buffer.alloc(bytes, i);
            recent.push(baseOffset, baseOffset + 1 + (i % 3), request);
            const content = request.toString('latin1');
            expected.push({ baseOffset, nextOffset: baseOffset + 1 + (i % 3), content });
            // The memory of the request is used again.
            request.fill(0xdb);
            if (bytes > BYTES_MAX) appended[log] = [];
          }
          expectHeld(logs, appended);
        }
      }),
    );
  });

  it('keep small batches in a number that is bounded, too', () => {
    const recent = new RecentBatches(new RecentBudget(BYTES_MAX));
    for (let offset = 0; offset < 10_000; offset++) recent.push(offset, offset + 1, Buffer.alloc(1));
    expect(recent.startOffset).toBe(10_000 - Math.floor(BYTES_MAX / 512));
  });

  it('hold nothing where a batch was larger than the budget, and go on with the next', () => {
    const recent = new RecentBatches(new RecentBudget(BYTES_MAX));
    recent.push(0, 1, Buffer.alloc(10));
    recent.push(1, 2, Buffer.alloc(BYTES_MAX + 1));
    expect(recent.startOffset).toBe(Number.POSITIVE_INFINITY);
    recent.push(2, 3, Buffer.alloc(BYTES_MAX));
    expect(recent.startOffset).toBe(2);
  });
});

/** Each log holds the last of what was appended to it, and all together no more than fits. */
function expectHeld(logs: readonly RecentBatches[], appended: readonly (readonly Appended[])[]): void {
  let bytes = 0;
  for (const [log, recent] of logs.entries()) {
    const all = appended[log] ?? [];
    const from = recent.startOffset;
    if (from === Number.POSITIVE_INFINITY) continue;
    const expected = all.filter(({ baseOffset }) => baseOffset >= from);
    let index = recent.find(from);
    for (const { baseOffset, nextOffset, content } of expected) {
      const entry = recent.at(index++);
      expect(entry).toMatchObject({ baseOffset, nextOffset });
      expect(entry?.bytes.toString('latin1') === content).toBe(true);
      bytes += content.length;
    }
    expect(recent.at(index)).toBeUndefined();
  }
  expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
}
