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

/** As {@link mapInSlices}, of what takes longer: all of it is begun before any of it is waited for. */
export async function beginInSlices<T, R>(
  items: readonly T[],
  environment: { readonly clock: Clock; readonly timers: Timers },
  begin: (item: T) => Promise<R>,
): Promise<R[]> {
  const begun = await mapInSlices(items, environment, (item) => {
    const result = begin(item);
    // One that fails before all have begun is nobody's loss: it is awaited below.
    result.catch(() => undefined);
    return result;
  });
  return Promise.all(begun);
}

/** What a request names of a topic, and what became of each. */
interface Mapped<T, R> {
  readonly topic: T;
  readonly partitions: R[];
}

/** As {@link mapInSlices}, for each partition of each topic. */
export async function mapPartitionsInSlices<T, P, R>(
  topics: readonly T[],
  environment: { readonly clock: Clock; readonly timers: Timers },
  { of, map }: { readonly of: (topic: T) => readonly P[]; readonly map: (partition: P, topic: T) => R },
): Promise<Mapped<T, R>[]> {
  const results: Mapped<T, R>[] = [];
  const slice = new TimeSlice(environment);
  for (const topic of topics) {
    const partitions: R[] = [];
    results.push({ topic, partitions });
    for (const partition of of(topic)) {
      partitions.push(map(partition, topic));
      if (slice.isOver) await slice.next();
    }
    // There may be ten thousand topics without partitions.
    if (slice.isOver) await slice.next();
  }
  return results;
}
