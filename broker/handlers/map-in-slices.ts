import type { Clock, Timers } from '../../src/base/environment.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';

/**
 * Does the same for each thing that a request names, of which there may be a hundred thousand. What takes a moment is done at once;
 * between slices of more others have their turn. The first error ends it.
 */
export async function mapInSlices<T, R>(
  items: readonly T[],
  environment: { readonly clock: Clock; readonly timers: Timers },
  map: (item: T) => R,
): Promise<R[]> {
  const results: R[] = [];
  const slice = new TimeSlice(environment);
  for (const item of items) {
    results.push(map(item));
    if (slice.isOver) await slice.next();
  }
  return results;
}
