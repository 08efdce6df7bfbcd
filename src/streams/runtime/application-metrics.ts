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
