import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetMap } from '../../../../broker/log/cleaner/offset-map.ts';

const LIMITS = { bytesMax: 24 * 100_000, loadFactor: 0.9 };

const keyOf = (text: string): Buffer => Buffer.from(text);

describe('OffsetMap', () => {
  it('knows the last offset of each key, as a map of all keys does, while it grows and changes threads', () => {
    const entry = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 300 }), fc.integer({ min: 2, max: 100 }), (entries, slots) => {
        let map = OffsetMap.empty({ bytesMax: 24 * slots, loadFactor: 0.9 });
        const expected = new Map<string, number>();
        let offset = 0;
        for (const [index, [key, step]] of entries.entries()) {
          if (map.isFull) break;
          offset += step;
          map.put(keyOf(`key ${key}`), 0, keyOf(`key ${key}`).length, offset);
          expected.set(`key ${key}`, offset);
          if (index % 50 === 49) map = OffsetMap.from(map.shared);
        }
        expect(map.count).toBe(expected.size);
        expect(map.latestOffset).toBe(expected.size === 0 ? -1 : offset);
        for (let key = 0; key <= 60; key++) {
          const bytes = keyOf(`key ${key}`);
          expect(map.get(bytes, 0, bytes.length)).toBe(expected.get(`key ${key}`) ?? -1);
        }
      }),
    );
  });

  it('begins small, takes no more memory than it may, and is full at its load factor', () => {
    const map = OffsetMap.empty(LIMITS);
    const first = map.shared.memory.byteLength;
    expect(first).toBeLessThan(LIMITS.bytesMax);
    const key = Buffer.alloc(8);
    let count = 0;
    while (!map.isFull) {
      key.writeDoubleBE(count);
      map.put(key, 0, 8, count++);
    }
    expect(count).toBe(90_000);
    expect(map.shared.memory.byteLength).toBe(LIMITS.bytesMax);
    expect(map.utilization).toBe(0.9);
    key.writeDoubleBE(12_345);
    expect(map.get(key, 0, 8)).toBe(12_345);
  });

  it('counts offsets that were looked at without a key', () => {
    const map = OffsetMap.empty(LIMITS);
    map.advance(7);
    map.advance(3);
    expect(map).toMatchObject({ latestOffset: 7, count: 0 });
  });
});
