import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import { addTotals, NO_TOTALS, type TaskTotals } from '../runtime/task-metrics.ts';

/** What threads have counted that have ended. */
interface PastCounts {
  readonly totals: TaskTotals;
  readonly droppedOutputs: number;
}

export const NOTHING_COUNTED: PastCounts = { totals: NO_TOTALS, droppedOutputs: 0 };

export function withPast(past: PastCounts, of: StreamsMetrics | undefined): PastCounts {
  if (of === undefined) return past;
  return {
    totals: addTotals(past.totals, of.totals),
    droppedOutputs: past.droppedOutputs + of.droppedOutputs,
  };
}

/** The metrics of an application of those of its threads. */
export function metricsOfAll(
  parts: readonly StreamsMetrics[],
  all: { readonly state: StreamsState; readonly failures: number; readonly past: PastCounts },
): StreamsMetrics {
  const { totals, droppedOutputs } = parts.reduce(withPast, all.past);
  const bytes = parts.flatMap(({ stateBytes }) => (stateBytes === undefined ? [] : [stateBytes]));
  return {
    state: all.state,
    tasks: Object.assign({}, ...parts.map(({ tasks }) => tasks)),
    totals,
    threads: parts.flatMap(({ threads }) => threads),
    restoring: parts.flatMap(({ restoring }) => restoring),
    failures: all.failures,
    stateBytes: bytes.length === 0 ? undefined : bytes.reduce((sum, each) => sum + each, 0),
    droppedOutputs,
  };
}
