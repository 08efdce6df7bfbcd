import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveOffsets } from '../../../../broker/log/cleaner/live-offsets.ts';
import { OffsetMap } from '../../../../broker/log/cleaner/offset-map.ts';

function mapOf(offsets: readonly number[], latestOffset: number): OffsetMap {
  const map = OffsetMap.empty({ bytesMax: 24 * 1_000, loadFactor: 0.9 });
  for (const offset of offsets.toSorted((a, b) => a - b))
    map.put(Buffer.from(`${offset}`), 0, `${offset}`.length, offset);
  map.advance(latestOffset);
  return map;
}

describe('LiveOffsets', () => {
  it('takes a range for dead exactly where no key was written there last', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 450 }),
        fc.nat(200),
        (offsets, from, first, length) => {
          const live = new LiveOffsets(LiveOffsets.of(mapOf(offsets, 420), from).shared);
          const last = first + length;
          const isKnown = first >= from && last <= 420;
          const hasLive = offsets.some((offset) => offset >= first && offset <= last);
          expect(live.isDead(first, last)).toBe(isKnown && !hasLive);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes less memory than a bit each where there are many, and then never takes a live range for dead', () => {
    const [from, end] = [1_000, 40_000_000_000];
    const offsets = [1_000, 5_000_000, 39_999_999_999];
    const live = LiveOffsets.of(mapOf(offsets, end), from);
    expect(live.shared.memory.byteLength).toBeLessThanOrEqual(1 << 20);
    for (const offset of offsets) expect(live.isDead(offset, offset)).toBe(false);
    expect(live.isDead(1_000_000_000, 1_000_100_000)).toBe(true);
    expect(live.isDead(999, 1_100)).toBe(false);
    expect(live.isDead(end - 5, end + 1)).toBe(false);
  });

  it('has nothing to say of a part that nobody has read', () => {
    expect(LiveOffsets.of(mapOf([], -1), 0).isDead(0, 0)).toBe(false);
  });
});
