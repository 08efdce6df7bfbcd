import type { DropReason } from '../operators/operator.ts';

/** What a task counts. Names follow Kafka Streams' task metrics. */
export interface TaskCounts {
  readonly processed: number;
  readonly produced: number;
  readonly commits: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

export class TaskMetrics {
  processed = 0;
  produced = 0;
  commits = 0;
  readonly #dropped = new Map<DropReason, number>();

  drop(reason: DropReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
  }

  snapshot(): TaskCounts {
    const { processed, produced, commits } = this;
    return { processed, produced, commits, dropped: Object.fromEntries(this.#dropped) };
  }
}
