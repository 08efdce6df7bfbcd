import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentBatches, RecentBudget } from '../../../broker/log/recent-batches.ts';

const BYTES_MAX = 100_000;

describe('RecentBatches', () => {
  it('keep no more memory than their budget, whatever part of the requests their batches are', () => {
    const request = fc.record({
      bytes: fc.integer({ min: 100, max: 30_000 }),
      /** How much of the request each of its batches is, in percent; what is left is kept by nobody. */
      batches: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 60 }), (requests) => {
        const budget = new RecentBudget(BYTES_MAX);
        const logs = Array.from({ length: 5 }, () => new RecentBatches(budget));
        const ends = logs.map(() => 0);
        const memories = new Set<ArrayBufferLike>();
        for (const { bytes, batches } of requests) {
          const memory = Buffer.allocUnsafeSlow(bytes);
          memories.add(memory.buffer);
          let at = 0;
          for (const [i, percent] of batches.entries()) {
            const length = Math.max(1, Math.floor((bytes * percent) / 100));
            const offset = ends[i] ?? 0;
            logs[i]?.push(offset, offset + 1, memory.subarray(at, at + length));
            ends[i] = offset + 1;
            at += length;
          }
          // Of the oldest request only the last batches may be left, which were charged with the first.
          expect(heldBytes(logs, memories)).toBeLessThanOrEqual(BYTES_MAX + 30_000);
        }
        for (const log of logs) log.clear();
        expect(budget.bytes).toBe(0);
      }),
    );
  });

  it('keep the request as it is where its batches are most of it, and copy a small part of a large one', () => {
    const recent = new RecentBatches(new RecentBudget(BYTES_MAX));
    const request = Buffer.allocUnsafeSlow(60_000);
    recent.push(0, 1, request.subarray(0, 10_000));
    recent.push(1, 2, request.subarray(10_000, 20_000));
    recent.push(2, 3, request.subarray(20_000, 20_100));
    expect(recent.at(0)?.bytes.buffer).toBe(request.buffer);
    expect(recent.at(1)?.bytes.buffer).toBe(request.buffer);
    expect(recent.at(2)?.bytes.buffer).not.toBe(request.buffer);
    expect(recent.at(2)?.bytes.equals(request.subarray(20_000, 20_100))).toBe(true);
  });

  it('keep a batch that the budget has room for, though its request is larger than that', () => {
    const recent = new RecentBatches(new RecentBudget(BYTES_MAX));
    recent.push(0, 1, Buffer.allocUnsafeSlow(3 * BYTES_MAX).subarray(0, BYTES_MAX / 2));
    expect(recent.at(0)?.bytes.buffer.byteLength).toBe(BYTES_MAX / 2);
    recent.push(1, 2, Buffer.allocUnsafeSlow(BYTES_MAX));
    expect(recent.startOffset).toBe(Number.POSITIVE_INFINITY);
  });
});

/** Memory that the entries keep: requests whole, each once, and copies, which lie in a pool of Node's, as long as they are. */
function heldBytes(logs: readonly RecentBatches[], requests: ReadonlySet<ArrayBufferLike>): number {
  const whole = new Set<ArrayBufferLike>();
  let copied = 0;
  for (const log of logs) {
    if (log.startOffset === Number.POSITIVE_INFINITY) continue;
    let index = log.find(log.startOffset);
    for (let entry = log.at(index); entry !== undefined; entry = log.at(++index)) {
      if (requests.has(entry.bytes.buffer)) whole.add(entry.bytes.buffer);
      else copied += entry.bytes.length;
    }
  }
  return copied + [...whole].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
