import { messageOf, OperationalError } from '../../base/errors.ts';
import type { KafkaConsumer, OffsetAndMetadata, TopicPartition } from '../../client/types.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import { AT_LEAST_ONCE, CommitProtocol, type CommitVariation, EXACTLY_ONCE } from './commit-protocol.ts';
import type { OutputProducer } from './output-producer.ts';
import type { RepartitionPurge } from './repartition-purge.ts';
import type { RunningTask } from './running-task.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { TASK_TIMEOUT_MS } from './task-timeout.ts';
import type { TaskSet } from './task-set.ts';
import type { ThreadMetrics } from './thread-metrics.ts';
import { TransactionFailure } from './transaction-failure.ts';
import type { TransactionPace } from './transaction-pace.ts';
import type { TransactionReplay } from './transaction-replay.ts';
import type { TransactionalOutput } from './transactional-output.ts';

/** How soon a commit is tried again that a rebalance has refused. */
const REBALANCE_RETRY_MS = 100;

interface ThreadCommitParts {
  readonly settings: StreamsAppSettings;
  readonly consumer: Pick<KafkaConsumer, 'commit' | 'groupMetadata' | 'positionNow'>;
  readonly output: OutputProducer;
  /** Undefined where processing is at least once. */
  readonly transactions: TransactionalOutput | undefined;
  readonly replay: TransactionReplay | undefined;
  /** Shared with the other applications of the stream thread, where there are any. */
  readonly pace: TransactionPace | undefined;
  readonly state: StateDirectory;
  readonly budget: CacheBudget;
  readonly purge: RepartitionPurge;
  readonly metrics: ThreadMetrics;
  readonly tasks: () => TaskSet;
  readonly variation: CommitVariation;
}

/** The tasks of one commit, and what of them the group is told. */
interface Round {
  readonly running: readonly RunningTask[];
  /** Those that have got further. */
  moved: readonly RunningTask[];
  offsets: readonly OffsetAndMetadata[];
}

/** Commits all tasks of a thread together, when it is due: see {@link CommitProtocol} for the order. */
export class ThreadCommit {
  readonly #parts: ThreadCommitParts;
  readonly #protocol: CommitProtocol<Round>;
  #lastMs: number;
  #failingSinceMs: number | undefined;
  /** The group is at a point of a rebalance at which it takes no offsets. */
  #retryAtMs: number | undefined;
  /** When a commit that is due has its turn among those of the other applications; undefined where none is due. */
  #turnMs: number | undefined;

  constructor(parts: ThreadCommitParts) {
    this.#parts = parts;
    this.#lastMs = parts.settings.environment.clock.monotonicMs();
    const flush = (): Promise<void> => parts.output.flush();
    this.#protocol = new CommitProtocol<Round>(
      parts.transactions === undefined ? AT_LEAST_ONCE : EXACTLY_ONCE,
      {
        'flush-caches': ({ running }) => flushCaches(running),
        'flush-results': flush,
        'log-changes': (round) =>
          whereOpen(round, () => round.running.forEach((each) => this.#logChanges(each))),
        'flush-changelogs': flush,
        'flush-outputs': flush,
        'commit-offsets': (round) => whereOpen(round, () => this.#commitOffsets(round)),
        'add-offsets': (round) => whereOpen(round, () => this.#addOffsets(round)),
        'commit-transaction': (round) => whereOpen(round, () => this.#commitTransaction(round)),
        'write-local-state': (round) => whereOpen(round, () => this.#writeLocal(round.running)),
        release: (round) => this.#release(round),
      },
      parts.variation,
    );
  }

  get isDue(): boolean {
    const { budget, settings, tasks } = this.#parts;
    const now = settings.environment.clock.monotonicMs();
    if (this.#retryAtMs !== undefined) return now >= this.#retryAtMs;
    if (budget.wantsCommit) return true;
    if (now - this.#lastMs >= settings.commitIntervalMs && now >= this.#turn(now)) return true;
    return tasks().tasks.some((task) => task.commitRequested);
  }

  /** Milliseconds until a commit is due that has something to commit; infinite where there is nothing. */
  get dueInMs(): number {
    const { budget, settings } = this.#parts;
    if (budget.wantsCommit) return 0;
    if (this.#retryAtMs === undefined && !this.#hasSomething()) return Number.POSITIVE_INFINITY;
    const dueMs = this.#retryAtMs ?? this.#turnMs ?? this.#lastMs + settings.commitIntervalMs;
    return Math.max(0, dueMs - settings.environment.clock.monotonicMs());
  }

  /**
   * Commits. Where nothing has happened since the last commits, there is nothing to do, for a hundred idle applications.
   * @throws {TransactionFailure} under exactly-once, where what it was to commit is processed again.
   */
  async run(): Promise<void> {
    const { settings, state, tasks, metrics, purge, replay } = this.#parts;
    // What is in the transaction is not all of the tasks that are here.
    replay?.throwNoted();
    const startMs = settings.environment.clock.monotonicMs();
    this.#lastMs = startMs;
    this.#retryAtMs = undefined;
    this.#turnMs = undefined;
    const running = tasks().restored;
    if (running.length === 0) return;
    state.throwDamage();
    if (!this.#hasSomething()) return purge.run([]);
    if (await this.#protocol.run({ running, moved: [], offsets: [] })) metrics.committed(startMs);
  }

  /** Commits what came before a record that ends the loop; where that fails too, it is processed again. */
  async runBefore(failure: unknown): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.#parts.settings.logger.warn('could not commit what came before a failure', {
        failure: messageOf(failure),
        error: messageOf(error),
      });
    }
  }

  /** Commits for the last time; what cannot be committed is processed by whoever comes next. */
  async runLast(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      if (!(error instanceof TransactionFailure)) throw error;
      this.#parts.settings.logger.warn(
        'the last transaction was not committed: its records are processed again',
        {
          error: messageOf(error),
        },
      );
    }
  }

  /** When a commit that is due may be made. */
  #turn(nowMs: number): number {
    const { pace, transactions } = this.#parts;
    if (pace === undefined || transactions === undefined) return nowMs;
    if (this.#turnMs === undefined && !this.#hasSomething()) return nowMs;
    return (this.#turnMs ??= pace.take(nowMs));
  }

  #hasSomething(): boolean {
    const { consumer, tasks } = this.#parts;
    const positionOf = (partition: TopicPartition): number | undefined => consumer.positionNow(partition);
    return tasks().restored.some(({ task }) => !task.isSettled || task.offsets.hasMoved(positionOf));
  }

  #logChanges({ task, plan, logged }: RunningTask): void {
    const { output } = this.#parts;
    task.logChanges((store, topic) => {
      const onDelivery = output.logging((offset) => {
        logged.set(store, Math.max(logged.get(store) ?? 0, offset + 1));
      });
      const target = { topic, partition: plan.partition };
      return (record) => output.log(target, record, onDelivery);
    });
  }

  /**
   * Ends the commit when nothing could be committed: because the cluster cannot now, which is tried again, or because the
   * group has given the partitions to somebody else (TaskMigrated in Kafka Streams), whose tasks they are now. Then all
   * stays as it is and is logged once more, with what has come to it, by the next commit.
   */
  async #commitOffsets(round: Round): Promise<void | 'abandon'> {
    this.#findOffsets(round);
    try {
      if (round.offsets.length > 0) await this.#parts.consumer.commit(round.offsets);
    } catch (error) {
      this.#onFailed(error);
      return 'abandon';
    }
    this.#failingSinceMs = undefined;
    this.#noteCommitted(round);
  }

  async #addOffsets(round: Round): Promise<void> {
    const { transactions, consumer } = this.#parts;
    this.#findOffsets(round);
    // What a punctuator has written counts only for a member of the group, too: it names what is committed once more.
    if (round.offsets.length === 0 && transactions?.isOpen) this.#findOffsets(round, { all: true });
    if (round.offsets.length > 0) await transactions?.addOffsets(round.offsets, consumer.groupMetadata());
  }

  async #commitTransaction(round: Round): Promise<void> {
    const { transactions, replay } = this.#parts;
    if (transactions?.isOpen) {
      await transactions.commit();
      replay?.committed();
    }
    this.#noteCommitted(round);
  }

  #findOffsets(round: Round, options?: { readonly all: boolean }): void {
    const { consumer } = this.#parts;
    const positionOf = (partition: TopicPartition): number | undefined => consumer.positionNow(partition);
    const found = round.running
      .map((running) => ({ running, offsets: running.task.offsets.committable(positionOf, options) }))
      .filter(({ offsets }) => offsets.length > 0);
    round.moved = found.map(({ running }) => running);
    round.offsets = found.flatMap(({ offsets }) => offsets);
  }

  #noteCommitted({ running, moved, offsets }: Round): void {
    for (const { task } of moved) task.offsets.committed();
    for (const each of running) this.#noteSourceTopics(each, offsets);
  }

  /** A table that is restored from the topic that it is read from contains what is committed of it. */
  #noteSourceTopics({ task, plan, logged }: RunningTask, offsets: readonly OffsetAndMetadata[]): void {
    for (const [store, source] of this.#parts.settings.topology.restoredFromSource) {
      if (!task.stores.has(store)) continue;
      const at = offsets.find(({ topic, partition }) => topic === source && partition === plan.partition);
      if (at !== undefined) logged.set(store, at.offset);
    }
  }

  #onFailed(error: unknown): void {
    if (!(error instanceof OperationalError)) throw error;
    const { logger, environment } = this.#parts.settings;
    if (error.code === 'COMMIT_FAILED') {
      logger.warn('the tasks are not ours any more: joining again', { error: messageOf(error) });
      this.#parts.tasks().close();
      return;
    }
    const now = environment.clock.monotonicMs();
    if (error.code === 'REBALANCE_IN_PROGRESS') {
      // Tasks go on meanwhile, and the rebalance may take what it takes.
      this.#retryAtMs = now + REBALANCE_RETRY_MS;
      return;
    }
    this.#failingSinceMs ??= now;
    if (!error.retriable || now - this.#failingSinceMs >= TASK_TIMEOUT_MS) throw error;
    logger.warn('could not commit: what was processed stays uncommitted for now', {
      error: messageOf(error),
    });
  }

  /** One batch for all stores on disk, with the changelog offsets that they then contain. */
  async #writeLocal(running: readonly RunningTask[]): Promise<void> {
    const { state, settings } = this.#parts;
    const { restoredFromSource } = settings.topology;
    await state.write((batch) => {
      for (const { task, logged, memoryEngines } of running) {
        task.writeTo(batch, (store) => !memoryEngines.has(store));
        for (const [store, position] of logged) {
          const memory = memoryEngines.get(store);
          const at = { taskId: task.id, store, position, sourceTopic: restoredFromSource.get(store) };
          if (memory === undefined) state.setPosition(batch, at);
          else memory.position = position;
        }
        state.processed.note(batch, task.id, task.queues);
        logged.clear();
      }
    });
    for (const { task, memoryEngines } of running) {
      for (const [name, { engine }] of memoryEngines)
        engine.write((batch) => task.writeTo(batch, (store) => store === name));
    }
  }

  async #release({ running, offsets }: Round): Promise<void> {
    for (const { task } of running) {
      task.committed();
      await task.expire();
      task.evict();
    }
    this.#parts.purge.run(offsets);
  }
}

/**
 * A loop that was given up has its tasks closed while it waits: their changes are gone, and neither offsets nor changelog positions
 * may say that they are there.
 */
function whereOpen<R>({ running }: Round, action: () => R): R | 'abandon' {
  return running.some(({ task }) => task.isClosed) ? 'abandon' : action();
}

async function flushCaches(running: readonly RunningTask[]): Promise<void> {
  for (const { task } of running) await task.flushCaches();
}
