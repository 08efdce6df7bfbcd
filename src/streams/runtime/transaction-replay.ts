import { messageOf, OperationalError } from '../../base/errors.ts';
import { RestartBackoff } from '../../base/restart-backoff.ts';
import type { KafkaConsumer } from '../../client/types.ts';
import type { OutputProducer } from './output-producer.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { TaskSet } from './task-set.ts';
import { TASK_TIMEOUT_MS } from './task-timeout.ts';
import type { ThreadMetrics } from './thread-metrics.ts';
import { TransactionFailure, transactionFailure } from './transaction-failure.ts';
import type { TransactionalOutput } from './transactional-output.ts';

/** The first is done again at once: most failures are over when they are told. */
const PAUSES = { firstMs: 0, initialMs: 100, maxMs: 2_000, settledMs: 10_000 } as const;

interface TransactionReplayParts {
  readonly settings: Pick<StreamsAppSettings, 'environment' | 'logger'>;
  readonly consumer: Pick<KafkaConsumer, 'groupMetadata'>;
  readonly output: OutputProducer;
  readonly transactions: TransactionalOutput;
  readonly metrics: ThreadMetrics;
  readonly tasks: () => Pick<TaskSet, 'close' | 'reopen'>;
  /** Leaves the group, and joins it anew. */
  readonly rejoin: () => Promise<void>;
}

/**
 * Mends transactions that fail: what is in one is aborted, and processed again from what was committed, in the same loop. Nothing of it has
 * come to the disk, so that no state is emptied or restored for that, as Kafka Streams does (TaskCorruptedException).
 */
export class TransactionReplay {
  readonly #parts: TransactionReplayParts;
  #backoff: RestartBackoff;
  #noted: TransactionFailure | undefined;
  #failingSinceMs: number | undefined;

  constructor(parts: TransactionReplayParts) {
    this.#parts = parts;
    this.#backoff = new RestartBackoff(PAUSES, parts.settings.environment);
  }

  /** Ends the transaction that a process of before has left, for as long as that takes. */
  async begin(): Promise<void> {
    try {
      await this.#parts.transactions.initialize();
    } catch (error) {
      await this.recover(transactionFailure(error) ?? error);
    }
  }

  /**
   * Notes, while the group takes tasks away, that what they have written cannot be committed; the loop mends it.
   * @param error undefined where they are somebody else's already.
   */
  note(error: unknown): void {
    if (error === undefined) {
      if (this.#parts.transactions.isOpen) this.#noted ??= new TransactionFailure('replay', lostTasks());
      return;
    }
    if (!(error instanceof TransactionFailure)) throw error;
    this.#noted ??= error;
  }

  /** @throws {TransactionFailure} that was noted. */
  throwNoted(): void {
    if (this.#noted !== undefined) throw this.#noted;
  }

  /** A transaction was committed. */
  committed(): void {
    if (this.#failingSinceMs === undefined) return;
    this.#failingSinceMs = undefined;
    this.#backoff = new RestartBackoff(PAUSES, this.#parts.settings.environment);
  }

  /**
   * Aborts the transaction, and has its records processed again; by whoever has the tasks then, where this member has lost them.
   * @throws what is no failure of a transaction; and what one has failed with, once that has gone on for `task.timeout.ms`.
   */
  async recover(error: unknown): Promise<void> {
    const { settings, metrics } = this.#parts;
    const { timers } = settings.environment;
    if (!(error instanceof TransactionFailure)) throw error;
    this.#noted = undefined;
    metrics.aborted();
    let failure = error;
    for (;;) {
      const pauseMs = this.#pauseAfter(failure);
      if (pauseMs > 0) await timers.sleep(pauseMs);
      try {
        await this.#beginAgain(failure);
        this.#backoff.started();
        return;
      } catch (again) {
        const next = transactionFailure(again);
        if (next === undefined) throw again;
        // Once tasks may be somebody else's, they stay so.
        failure = failure.recovery === 'rejoin' ? new TransactionFailure('rejoin', again) : next;
      }
    }
  }

  #pauseAfter(failure: TransactionFailure): number {
    const { environment, logger } = this.#parts.settings;
    const { recovery, cause } = failure;
    const now = environment.clock.monotonicMs();
    this.#failingSinceMs ??= now;
    if (now - this.#failingSinceMs >= TASK_TIMEOUT_MS) throw cause;
    const pauseMs = this.#backoff.delayAfter(failure);
    logger.warn(
      recovery === 'rejoin'
        ? 'a transaction is aborted, and the tasks may not be ours any more: joining again'
        : 'a transaction is aborted, and its records are processed again',
      { error: messageOf(cause), pauseMs },
    );
    return pauseMs;
  }

  async #beginAgain(failure: TransactionFailure): Promise<void> {
    const { output, transactions, tasks, rejoin } = this.#parts;
    await output.discard(() => transactions.abort(failure));
    if (failure.recovery === 'replay' || this.#hasMovedOn(failure)) return tasks().reopen();
    tasks().close();
    await rejoin();
  }

  /** The group has begun another generation meanwhile, which this member is in: the tasks that it has are its own. */
  #hasMovedOn({ member }: TransactionFailure): boolean {
    if (member === undefined) return false;
    const now = this.#parts.consumer.groupMetadata();
    return now.memberId === member.memberId && now.generationId > member.generationId;
  }
}

function lostTasks(): OperationalError {
  return new OperationalError('TASKS_LOST', 'tasks were given to another member with what they had written', {
    retriable: true,
  });
}
