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
  readonly dropped: number;
}

export const NO_TOTALS: TaskTotals = {
  processed: 0,
  produced: 0,
  fromRepartition: 0,
  toRepartition: 0,
  dropped: 0,
};

export function addTotals(a: TaskTotals, b: TaskTotals): TaskTotals {
  return {
    processed: a.processed + b.processed,
    produced: a.produced + b.produced,
    fromRepartition: a.fromRepartition + b.fromRepartition,
    toRepartition: a.toRepartition + b.toRepartition,
    dropped: a.dropped + b.dropped,
  };
}

export function totalsOf({ dropped, ...counts }: TaskCounts): TaskTotals {
  return { ...counts, dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0) };
}
