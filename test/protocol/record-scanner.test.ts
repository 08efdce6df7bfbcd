import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addExactInt64, type ExactInt64 } from '../../src/base/int64.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { RECORDS_AT } from '../../src/protocol/records/batch-format.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import { RecordScanner } from '../../src/protocol/records/record-scanner.ts';

type Seen = readonly [timestamp: ExactInt64, offset: number, keyLength: number];

const field = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
const record = fc.record({
  key: field,
  value: field,
  timestamp: fc.oneof(fc.integer({ min: -1, max: 2 ** 41 }), fc.constantFrom(0, 1, 2 ** 52, 2 ** 53 - 1)),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 9 }), value: field }), { maxLength: 3 }),
});
const changes = fc.array(fc.record({ at: fc.nat({ max: 5_000 }), bits: fc.integer({ min: 1, max: 255 }) }), {
  maxLength: 2,
});

function iterate(batch: BatchView): Seen[] | 'refused' {
  try {
    const seen: Seen[] = [];
    const iterator = new RecordIterator(batch);
    while (iterator.next()) {
      seen.push([iterator.exactTimestamp, iterator.offset - batch.baseOffset, iterator.keyLength]);
    }
    return seen;
  } catch {
    return 'refused';
  }
}

function scan(batch: BatchView, pieceBytes: number): Seen[] | 'refused' {
  try {
    const seen: Seen[] = [];
    const scanner = new RecordScanner(batch.recordsCount, {
      visit: (timestamp, offset, keyLength) =>
        void seen.push([addExactInt64(batch.exactBaseTimestamp, timestamp), offset, keyLength]),
    });
    const { payload } = batch;
    for (let at = 0; at < payload.length; at += pieceBytes) {
      scanner.push(payload.subarray(at, at + pieceBytes));
    }
    scanner.end();
    return seen;
  } catch {
    return 'refused';
  }
}

describe('a walk over records that come in pieces', () => {
  it('sees and refuses what a walk over the whole does, whatever the pieces', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        changes,
        fc.integer({ min: 1, max: 400 }),
        (records, damage, pieceBytes) => {
          const builder = new BatchBuilder();
          for (const { key, value, timestamp, headers } of records) {
            builder.append(
              key === null ? null : Buffer.from(key),
              value === null ? null : Buffer.from(value),
              timestamp,
              headers.map((header) => ({
                key: header.key,
                value: header.value === null ? null : Buffer.from(header.value),
              })),
            );
          }
          const bytes = Buffer.from(builder.build());
          const payloadBytes = bytes.length - RECORDS_AT;
          for (const { at, bits } of damage) {
            const place = RECORDS_AT + (at % payloadBytes);
            bytes[place] = (bytes[place] ?? 0) ^ bits;
          }
          const batch = new BatchView(bytes);
          const expected = iterate(batch);
          if (expected === 'refused') refused++;
          expect(scan(batch, pieceBytes)).toEqual(expected);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('refuses records that are missing, and bytes that follow', () => {
    const builder = new BatchBuilder();
    for (let i = 0; i < 3; i++) builder.append(null, Buffer.from('value'), 0);
    const { payload } = new BatchView(Buffer.from(builder.build()));
    const push = (count: number, bytes: Buffer): void => {
      const scanner = new RecordScanner(count, { visit: () => undefined });
      scanner.push(bytes);
      scanner.end();
    };
    expect(() => push(3, payload)).not.toThrow();
    expect(() => push(4, payload)).toThrow(/missing/);
    expect(() => push(2, payload)).toThrow(/follow/);
    for (let cut = 1; cut < payload.length; cut++) {
      expect(() => push(3, payload.subarray(0, -cut))).toThrow(/missing|cut short/);
    }
  });
});
