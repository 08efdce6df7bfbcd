import { OperationalError } from '../../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { isRetriable, timedOut } from '../kafka-error.ts';
import { TransactionError } from '../transaction-error.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata } from '../types.ts';
import { Transaction } from './transaction.ts';
import { type FailedStep, transactionFailure } from './transaction-failure.ts';
import { TransactionRequests, type TransactionVersion } from './transaction-requests.ts';
import { type TransactionCall, TransactionState } from './transaction-state.ts';
import { TransactionalIdentities } from './transactional-identities.ts';

/** The records of a producer, as its transactions see them. */
interface TransactionRecords {
  /** Sends all without lingering; resolves when all are acknowledged or have failed. */
  flush(): Promise<void>;
  /** Resolves when none is left: those that are not under way fail with {@link TransactionManager.refusal}. */
  drained(): Promise<void>;
  /** Batches can be sent, or are to be refused. */
  wake(): void;
}

interface ManagerOptions {
  readonly cluster: Cluster;
  readonly settings: ProducerSettings;
  readonly transactionalId: string;
  readonly records: TransactionRecords;
}

/**
 * The transactions of a producer, one after the other: how they begin and end, and what becomes of them when something
 * fails. Records go the way of all records; their batches ask here whether, and as whose, they may be sent.
 */
export class TransactionManager {
  readonly identities = new TransactionalIdentities();
  readonly #transactionalId: string;
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #records: TransactionRecords;
  readonly #requests: TransactionRequests;
  readonly #state = new TransactionState();
  /** How the next one works: one that follows after the first protocol has an epoch of its own before it uses the second. */
  #version: TransactionVersion = 1;
  /** The one that is open, or was last. */
  #transaction: Transaction | undefined;
  /** The end of one that is under way. */
  #ending: Promise<void> | undefined;

  constructor({ cluster, settings, transactionalId, records }: ManagerOptions) {
    this.#transactionalId = transactionalId;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#records = records;
    this.#requests = new TransactionRequests(cluster, transactionalId);
  }

  // -------------------------------------------------------------------------------------------------- the calls

  /** Whether records can be sent; where they cannot, {@link TransactionManager.check} tells why. */
  get isOpen(): boolean {
    return this.#state.isOpen;
  }

  /** What the application has to do something about; undefined where all is well. */
  get failure(): TransactionError | undefined {
    return this.#state.failure;
  }

  /** @throws {OperationalError} what has failed before, or `ILLEGAL_STATE`. */
  check(call: TransactionCall): void {
    this.#state.check(call);
  }

  async init(): Promise<void> {
    const { transactionTimeoutMs, blockMsMax: timeoutMs } = this.#settings;
    this.#state.enter('initTransactions');
    await this.#finish('init', async () => {
      this.identities.current = await this.#requests.initProducerId({ transactionTimeoutMs, timeoutMs });
    });
  }

  begin(): void {
    this.#state.enter('beginTransaction');
    this.#transaction = new Transaction({
      requests: this.#requests,
      identities: this.identities,
      version: this.#version,
      settings: this.#settings,
      timers: this.#cluster.environment.timers,
      onAdded: () => this.#records.wake(),
      onFailed: (error) => void this.#fail(error, 'work'),
    });
  }

  async sendOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    this.#state.check('sendOffsetsToTransaction');
    if (offsets.length === 0) return;
    try {
      await this.#transaction?.commitOffsets(offsets, group);
    } catch (error) {
      throw this.#cluster.closed ? error : this.#fail(error, 'work');
    }
  }

  commit(): Promise<void> {
    return this.#end('commit', this.#settings.blockMsMax);
  }

  abort(): Promise<void> {
    return this.#end('abort', this.#settings.blockMsMax);
  }

  /**
   * Ends what is open when the producer closes: waits for an end that is under way, or aborts. What the coordinator is not
   * told of it does by itself, when the transaction is over its time.
   * @param timeoutMs how long that may take; 0 leaves all to the coordinator.
   */
  async close(timeoutMs: number = this.#settings.blockMsMax): Promise<void> {
    if (timeoutMs === 0) return;
    const deadlineMs = this.#nowMs() + timeoutMs;
    const ending = this.#ending?.catch(() => undefined);
    if (ending !== undefined) await this.#until(deadlineMs, ending);
    const { phase } = this.#state;
    if (phase !== 'in-transaction' && phase !== 'abortable-error') return;
    try {
      await this.#end('abort', Math.min(deadlineMs - this.#nowMs(), this.#settings.blockMsMax));
    } catch (error) {
      // Whoever has taken the transactional id over has aborted it.
      if (!(error instanceof TransactionError)) throw error;
    }
  }

  // -------------------------------------------------------------------------------------------------- the batches

  /** How the open transaction works. */
  get version(): TransactionVersion | undefined {
    return this.#transaction?.version;
  }

  /** What batches fail with that are not under way; undefined while they can be sent. */
  get refusal(): Error | undefined {
    const { phase, failure } = this.#state;
    return failure ?? (phase === 'aborting' ? aborted(this.#transactionalId) : undefined);
  }

  /** A partition has a batch, which may still linger. */
  onBatchOpened(topic: string, partition: number): void {
    this.#transaction?.onBatchOpened(topic, partition);
  }

  /** Whether a batch to a partition may be sent now. */
  admits(topic: string, partition: number): boolean {
    return this.#transaction?.admits(topic, partition) === true;
  }

  /** Records have failed: what they belong to is not committed. */
  onUndelivered(error: Error, hadSequence: boolean): void {
    if (hadSequence) this.#transaction?.onGap();
    const { phase } = this.#state;
    if (phase === 'in-transaction' || phase === 'committing') this.#fail(error, 'work');
  }

  // -------------------------------------------------------------------------------------------------- their ends

  async #end(step: 'commit' | 'abort', timeoutMs: number): Promise<void> {
    this.#state.enter(step === 'commit' ? 'commitTransaction' : 'abortTransaction');
    this.#ending = this.#finish(step, () => this.#endWithin(step, this.#nowMs() + timeoutMs));
    try {
      await this.#ending;
    } finally {
      this.#ending = undefined;
    }
  }

  async #endWithin(step: 'commit' | 'abort', deadlineMs: number): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    await this.#until(deadlineMs, step === 'commit' ? this.#records.flush() : this.#records.drained());
    await this.#until(deadlineMs, transaction.quiet());
    const { phase, failure } = this.#state;
    // An abort goes on after what it is there for.
    if (failure !== undefined && phase !== 'aborting') throw failure;
    await transaction.end(step === 'commit', () => deadlineMs - this.#nowMs());
  }

  /** After it the next transaction can begin; or it can be called again; or something has failed. */
  async #finish(step: FailedStep, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#version = this.#requests.version;
      this.#state.ready();
    } catch (error) {
      // Where nobody was asked to commit, the transaction can still be aborted.
      if (step === 'commit' && this.#transaction?.isEnding === false) this.#state.reopen();
      throw isRetriable(error) || this.#cluster.closed ? error : this.#fail(error, step);
    } finally {
      this.#state.over();
    }
  }

  /** Notes a failure; answers what the application is told. */
  #fail(error: unknown, step: FailedStep): Error {
    const cause = error instanceof Error ? error : new Error(String(error));
    // A bug is told as it is.
    if (!(error instanceof OperationalError) && step !== 'work') return cause;
    const failure = transactionFailure(cause, step);
    if (this.#state.phase !== 'aborting' || failure.recovery !== 'abort') this.#state.fail(failure);
    this.#records.wake();
    return this.#state.failure ?? failure;
  }

  #until(deadlineMs: number, promise: Promise<void>): Promise<void> {
    const { blockMsMax } = this.#settings;
    const leftMs = Math.max(1, deadlineMs - this.#nowMs());
    return this.#cluster.within(leftMs, promise, () =>
      timedOut(`ending the transaction of ${this.#transactionalId}`, blockMsMax),
    );
  }

  #nowMs(): number {
    return this.#cluster.environment.clock.monotonicMs();
  }
}

function aborted(transactionalId: string): OperationalError {
  return new OperationalError('TRANSACTION_ABORTED', `the transaction of ${transactionalId} was aborted`, {
    retriable: false,
  });
}
