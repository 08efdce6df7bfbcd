import { expect, it } from 'vitest';
import { ReaderPlaces } from '../../src/client/consumer/reader-places.ts';

/** Numbers from 0 to `bound`, the same ones for a seed. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % bound;
  };
}

it('knows the least place of readers that move as they like', () => {
  const seed = Date.now() % 100_000;
  const next = numbers(seed);
  const places = new ReaderPlaces();
  const offsets = new Map<object, number>();
  const readers = Array.from({ length: 7 }, () => ({}));
  for (let step = 0; step < 5_000; step++) {
    if (next(500) === 0) {
      places.forget();
      offsets.clear();
    }
    const reader = readers[next(readers.length)] ?? {};
    const before = offsets.get(reader) ?? 0;
    const offset = Math.max(0, before + next(6) - 1);
    places.moved(reader, offset);
    offsets.set(reader, offset);
    expect(places.least, `seed ${seed}, step ${step}`).toBe(Math.min(...offsets.values()));
  }
});
