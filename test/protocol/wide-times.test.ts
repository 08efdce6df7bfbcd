import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addExactInt64, exactInt64, type ExactInt64 } from '../../src/base/int64.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch, RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import { RecordScanner } from '../../src/protocol/records/record-scanner.ts';
import { maxOf, NANOSECONDS, wideBatch } from './wide-batch.ts';

const time = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n }),
  fc.bigInt({ min: 2n ** 52n - 4n, max: 2n ** 52n + 4n }),
  fc.constantFrom(-1n, 0n, 1_764_000_000_000n, NANOSECONDS, 2n ** 63n - 1n, -(2n ** 63n)),
);

function iterated(batch: BatchView): ExactInt64[] {
  const iterator = new RecordIterator(batch);
  const seen: ExactInt64[] = [];
  while (iterator.next()) {
    expect(iterator.timestamp).toBe(Number(iterator.exactTimestamp));
    seen.push(iterator.exactTimestamp);
  }
  return seen;
}

function scanned(batch: BatchView): ExactInt64[] {
  const seen: ExactInt64[] = [];
  const scanner = new RecordScanner(batch.recordsCount, {
    visit: (delta) => void seen.push(addExactInt64(batch.exactBaseTimestamp, delta)),
  });
  scanner.push(batch.payload);
  scanner.end();
  return seen;
}

describe('times of 64 bits', () => {
  it('are read without loss, as a whole and in pieces, and numbers keep their order', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 6 }), (times) => {
        const batch = new BatchView(wideBatch(times));
        const expected = times.map(exactInt64);
        expect(iterated(batch)).toEqual(expected);
        expect(scanned(batch)).toEqual(expected);
        expect(batch.exactMaxTimestamp).toBe(exactInt64(maxOf(times)));
        expect(decodeBatch(batch).map(({ timestamp }) => timestamp)).toEqual(times.map(Number));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are two numbers where they are two times', () => {
    const batch = new BatchView(wideBatch([NANOSECONDS, NANOSECONDS + 1_000n]));
    const [first, second] = decodeBatch(batch);
    expect(second?.timestamp).toBeGreaterThan(first?.timestamp ?? Number.POSITIVE_INFINITY);
  });
});
