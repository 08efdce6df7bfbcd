import { Observable } from 'rxjs';
import type { Timers } from '../../base/environment.ts';
import type { StreamThread } from './stream-thread.ts';
import type { StreamsMetrics } from './streams-metrics.ts';
import { addTotals, NO_TOTALS, type TaskTotals } from './task-metrics.ts';

/** What the loops of an application have counted that have ended. */
export interface PastCounts {
  readonly totals: TaskTotals;
  readonly droppedOutputs: number;
}

export const NOTHING_PAST: PastCounts = { totals: NO_TOTALS, droppedOutputs: 0 };

/** Adds what a loop has counted that has ended. */
export function withThread({ totals, droppedOutputs }: PastCounts, thread: StreamThread): PastCounts {
  return {
    totals: addTotals(totals, thread.metrics.totals(thread.tasks)),
    droppedOutputs: droppedOutputs + thread.droppedOutputs,
  };
}

/** What there is to know of an application and of the loop that it has now, if it has one. */
export function metricsOf(
  thread: StreamThread | undefined,
  { state, failures, past }: Pick<StreamsMetrics, 'state' | 'failures'> & { readonly past: PastCounts },
): StreamsMetrics {
  const tasks = thread?.tasks ?? [];
  const counted = thread === undefined ? past : withThread(past, thread);
  return {
    state,
    tasks: Object.fromEntries(
      tasks.map((task) => [task.id, { ...task.metrics.snapshot(), inputs: thread?.inputsOf(task) ?? [] }]),
    ),
    ...counted,
    threads: thread === undefined ? [] : [thread.metrics.snapshot()],
    restoring: thread?.restoring ?? [],
    failures,
    stateBytes: thread?.stateBytes,
  };
}

/** A snapshot every second while somebody watches, until what is given completes. */
export function watchedMetrics(
  look: () => StreamsMetrics,
  { timers, until }: { readonly timers: Timers; readonly until: Observable<unknown> },
): Observable<StreamsMetrics> {
  return new Observable((subscriber) => {
    subscriber.next(look());
    const timer = timers.every(1000, () => subscriber.next(look()));
    subscriber.add(() => timer.cancel());
    subscriber.add(until.subscribe({ complete: () => subscriber.complete() }));
  });
}
