import type { BufferPool } from '../../base/buffer-pool.ts';
import { OperationalError } from '../../base/errors.ts';
import { Cluster } from '../cluster/cluster.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
import type { ProducerSettings } from '../config/settings.ts';
import type { DeliveryCallback, ProducerRecord } from '../types.ts';
import { TransactionManager } from '../transactions/transaction-manager.ts';
import { Accumulator } from './accumulator.ts';
import { isRefusedRecord } from './refusals.ts';
import { Sender } from './sender.ts';

/** Beyond this multiple of its limit a record is refused: its sender does not wait for `ready()`. */
export const BUFFER_OVERDRAFT = 2;
/** Waiting senders go on when the buffer has come down to this part of its limit. */
export const RESUME_AT = 0.75;

/** The topics that somebody writes to; undefined is all. */
type Topics = Iterable<string> | undefined;

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
}

/** What producers are made of: records go into batches, batches to brokers, and who waits for them is told. */
export class ProducerEngine {
  readonly settings: ProducerSettings;
  readonly cluster: Cluster;
  readonly accumulator: Accumulator;
  /** Undefined without a transactional id. */
  readonly transactions: TransactionManager | undefined;
  readonly #sender: Sender;
  #waiters: Waiter[] = [];

  /**
   * @param options.onFailed is told of records that were not delivered and have no callback, and of what callbacks throw.
   * @param options.leavesOutRefused a transaction goes on without a record that is refused for what is in it, of which only its callback
   *   hears. In Kafka any record that fails makes its transaction abortable.
   */
  constructor(
    settings: ProducerSettings,
    options: {
      readonly onFailed: (error: Error) => void;
      readonly connections?: SharedConnections | undefined;
      /** Where the memory of batches comes from; its own where there is none. */
      readonly buffers?: BufferPool | undefined;
      readonly leavesOutRefused?: boolean | undefined;
    },
  ) {
    const { onFailed, connections, buffers, leavesOutRefused = false } = options;
    this.settings = settings;
    const allowAutoTopicCreation = settings.mayCreateTopic ?? true;
    this.cluster = new Cluster({ settings, allowAutoTopicCreation, connections });
    this.accumulator = new Accumulator(
      this.cluster,
      settings,
      {
        onBatchOpened: (queue) => this.#sender.onBatchOpened(queue),
        onBatchFull: (batch) => this.#sender.onBatchFull(batch),
        onMetadataNeeded: () => this.#fetchMetadata(),
        onFailed,
        onUndelivered: (error, hadSequence) => {
          // If it had a number, others have that now: where they cannot, BatchOutcomes tells of a transaction in doubt instead.
          if (leavesOutRefused && isRefusedRecord(error)) return;
          this.transactions?.onUndelivered(error, hadSequence);
        },
      },
      buffers,
    );
    this.transactions = this.#newTransactions();
    this.cluster.untrackIdle({
      idleMsMax: settings.metadataIdleMsMax,
      beforeRefresh: () => this.accumulator.trackUsed(),
    });
    this.#sender = new Sender(this.cluster, settings, {
      accumulator: this.accumulator,
      transactions: this.transactions,
      leavesOutRefused,
      onProgress: () => this.onProgress(),
    });
    this.cluster.onUpdate(() => {
      this.accumulator.onMetadata();
      this.#sender.wake();
    });
  }

  /** Takes a record in, or refuses one whose sender holds this many bytes already and does not wait. */
  append(record: ProducerRecord, onDelivery: DeliveryCallback | undefined, heldBytes: number): void {
    if (heldBytes >= this.settings.bufferBytesMax * BUFFER_OVERDRAFT) {
      this.accumulator.refuse(bufferExhausted(this.settings.bufferBytesMax), record, onDelivery);
      return;
    }
    this.accumulator.append(record, onDelivery);
  }

  /** Resolves when it is over; looked at whenever batches were settled. What lingers is sent sooner if that helps. */
  until(isOver: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ isOver, resolve });
      this.#sender.wake();
    });
  }

  /** Sends all records to these topics without lingering; resolves when all that there are now are settled. */
  async flush(topics: Topics): Promise<void> {
    const { accumulator } = this;
    const isIdle = accumulator.oldestUnsettledId(topics) === Number.POSITIVE_INFINITY;
    if (isIdle && !accumulator.hasWaiting(topics)) return;
    let upTo: number | undefined;
    accumulator.hurry(topics);
    const isOver = (): boolean => {
      // Records without metadata are in no batch yet.
      if (upTo === undefined && !accumulator.hasWaiting(topics)) {
        upTo = accumulator.newestId;
        accumulator.hurry(topics);
        this.#sender.wake();
      }
      return upTo !== undefined && accumulator.oldestUnsettledId(topics) > upTo;
    };
    if (!isOver()) await this.until(isOver);
  }

  /** Fails what is not settled of topics, and forgets them: whoever had written to them has gone. */
  abandon(topics: Iterable<string>, error: Error): void {
    // What was sent may still arrive: under the old identity it does not get among what is written from now on.
    if (this.accumulator.abandon(topics, error)) this.#sender.identities.renew();
    this.onProgress();
  }

  /** Tells those who wait. */
  onProgress(): void {
    if (this.#waiters.length === 0) return;
    const over = this.#waiters.filter(({ isOver }) => isOver());
    if (over.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !over.includes(waiter));
    for (const { resolve } of over) resolve();
  }

  close(): Promise<void> {
    this.#sender.close();
    return this.cluster.close();
  }

  #newTransactions(): TransactionManager | undefined {
    const { cluster, settings } = this;
    const { transactionalId } = settings;
    if (transactionalId === null) return undefined;
    const records = {
      flush: () => this.flush(undefined),
      drained: () => this.until(() => this.accumulator.idle),
      wake: () => this.#sender.wake(),
    };
    return new TransactionManager({ cluster, settings, transactionalId, records });
  }

  #fetchMetadata(): void {
    // The sender's timer ends the wait, should no answer come at all.
    this.#sender.wake();
    // A failure is tried again by the cluster; the records tell of it when their time is up.
    this.cluster.refresh().catch(() => {
      this.cluster.refreshSoon();
      this.#sender.wake();
    });
  }
}

function bufferExhausted(limit: number): OperationalError {
  return new OperationalError(
    'BUFFER_EXHAUSTED',
    `the producer's buffer holds twice its limit (buffer.memory, ${limit} bytes): wait for ready() before sending`,
    { retriable: true },
  );
}
