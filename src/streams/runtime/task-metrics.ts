import type { DropReason } from '../operators/operator.ts';

/** What a task counts. Names follow Kafka Streams' task metrics. */
export interface TaskCounts {
  readonly processed: number;
  readonly produced: number;
  /** Of those processed, the ones that came from a repartition topic. */
  readonly fromRepartition: number;
  /** Of those produced, the ones that went to a repartition topic. */
  readonly toRepartition: number;
  readonly commits: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

export class TaskMetrics {
  processed = 0;
  produced = 0;
  fromRepartition = 0;
  toRepartition = 0;
  commits = 0;
  readonly #dropped = new Map<DropReason, number>();

  drop(reason: DropReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
  }

  snapshot(): TaskCounts {
    const { processed, produced, fromRepartition, toRepartition, commits } = this;
    const dropped = Object.fromEntries(this.#dropped);
    return { processed, produced, fromRepartition, toRepartition, commits, dropped };
  }
}

/** Counts of tasks, summed. */
export interface TaskTotals {
  readonly processed: number;
  readonly produced: number;
  readonly fromRepartition: number;
  readonly toRepartition: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

export const NO_TOTALS: TaskTotals = {
  processed: 0,
  produced: 0,
  fromRepartition: 0,
  toRepartition: 0,
  dropped: {},
};

export function addTotals(a: TaskTotals, b: TaskTotals): TaskTotals {
  return {
    processed: a.processed + b.processed,
    produced: a.produced + b.produced,
    fromRepartition: a.fromRepartition + b.fromRepartition,
    toRepartition: a.toRepartition + b.toRepartition,
    dropped: addDropped(a.dropped, b.dropped),
  };
}

function addDropped(a: TaskTotals['dropped'], b: TaskTotals['dropped']): TaskTotals['dropped'] {
  const sum: Partial<Record<string, number>> = { ...a };
  for (const [reason, count] of Object.entries(b)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
