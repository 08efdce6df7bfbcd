import type { Clock, Environment } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import type { RestoreProgress } from './restorer.ts';
import type { Task } from './task.ts';
import { addTotals, NO_TOTALS, type TaskTotals } from './task-metrics.ts';

/** What a processing loop counts, once per round. Names follow Kafka Streams' thread metrics. */
export interface ThreadCounts {
  readonly rounds: number;
  readonly commits: number;
  /** Transactions that were aborted, whose records were processed again; 0 where `processing.guarantee` is `at_least_once`. */
  readonly abortedTransactions: number;
  /** Milliseconds in which it waited for records. */
  readonly pollMs: number;
  /** Milliseconds in which it processed, punctuators included. */
  readonly processMs: number;
  /** Milliseconds in which it committed. */
  readonly commitMs: number;
  /** Stores that were brought up to date from their changelogs. */
  readonly restoredStores: number;
  /** Changelog records that were read for that. */
  readonly restoredRecords: number;
  /** When records last came, in milliseconds since the epoch; undefined before the first. */
  readonly lastRecordMs: number | undefined;
}

/** The counts of one processing loop, and those of the tasks that it does not have any more. */
export class ThreadMetrics {
  /** Tells of records that its tasks drop. */
  readonly drops: RepeatedWarnings;
  readonly #clock: Clock;
  #rounds = 0;
  #commits = 0;
  #abortedTransactions = 0;
  #pollMs = 0;
  #processMs = 0;
  #commitMs = 0;
  #restoredStores = 0;
  #restoredRecords = 0;
  #lastRecordMs: number | undefined;
  #closed = NO_TOTALS;

  constructor(environment: Pick<Environment, 'clock' | 'timers'>, logger: Logger) {
    this.#clock = environment.clock;
    this.drops = new RepeatedWarnings(logger, environment);
  }

  polled(sinceMs: number, hasRecords: boolean): void {
    this.#rounds++;
    this.#pollMs += this.#clock.monotonicMs() - sinceMs;
    if (hasRecords) this.#lastRecordMs = this.#clock.nowMs();
  }

  processed(sinceMs: number): void {
    this.#processMs += this.#clock.monotonicMs() - sinceMs;
  }

  committed(sinceMs: number): void {
    this.#commits++;
    this.#commitMs += this.#clock.monotonicMs() - sinceMs;
  }

  aborted(): void {
    this.#abortedTransactions++;
  }

  restored({ phase, records }: RestoreProgress): void {
    if (phase === 'ended') this.#restoredStores++;
    // What a store was restored with counts once it is over, whether it came to its end or not.
    if (phase === 'ended' || phase === 'suspended') this.#restoredRecords += records;
  }

  closed(task: Task): void {
    this.#closed = addTotals(this.#closed, task.metrics.snapshot());
  }

  /** Over the tasks that the thread has had, and those that it has. */
  totals(running: readonly Task[]): TaskTotals {
    let totals = this.#closed;
    for (const task of running) totals = addTotals(totals, task.metrics.snapshot());
    return totals;
  }

  snapshot(): ThreadCounts {
    return {
      rounds: this.#rounds,
      commits: this.#commits,
      abortedTransactions: this.#abortedTransactions,
      pollMs: this.#pollMs,
      processMs: this.#processMs,
      commitMs: this.#commitMs,
      restoredStores: this.#restoredStores,
      restoredRecords: this.#restoredRecords,
      lastRecordMs: this.#lastRecordMs,
    };
  }
}
