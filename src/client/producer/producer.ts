import { nonEmptyText } from '../../base/argument-checks.ts';
import type { BufferPool } from '../../base/buffer-pool.ts';
import { OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { silentLogger } from '../../base/logger.ts';
import { checkGroupMetadata, checkOffsets, checkProducerClose } from '../check-arguments.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
import { producerSettings } from '../config/settings.ts';
import { closed, timedOut } from '../kafka-error.ts';
import { TransactionError } from '../transaction-error.ts';
import type { TransactionManager } from '../transactions/transaction-manager.ts';
import { illegalState, type TransactionCall } from '../transactions/transaction-state.ts';
import type {
  ConsumerGroupMetadata,
  DeliveryCallback,
  OffsetAndMetadata,
  ProducerOptions,
  ProducerRecord,
  RecordMetadata,
  TransactionalKafkaProducer,
} from '../types.ts';
import { checkRecord } from './check-record.ts';
import { ProducerEngine, RESUME_AT } from './producer-engine.ts';
import { sendAndWait } from './send-and-wait.ts';

/**
 * Writes records to a Kafka cluster.
 *
 * ```ts
 * const producer = new Producer({ bootstrapServers: 'localhost:9092' });
 * for (const order of orders) {
 *   const wait = producer.ready();
 *   if (wait !== undefined) await wait;
 *   producer.send({ topic: 'orders', key: order.id, value: JSON.stringify(order) });
 * }
 * await producer.flush(); // rejects if one of them failed: none has a callback that was told
 * await producer.close();
 * ```
 *
 * With a `transactionalId` it writes in transactions: see {@link TransactionalKafkaProducer}.
 */
export class Producer implements TransactionalKafkaProducer {
  readonly #engine: ProducerEngine;
  readonly #transactions: TransactionManager | undefined;
  readonly #life: Lifecycle;
  /** The first error since the last flush that no callback was told. */
  #error: Error | undefined;
  #room: Promise<void> | undefined;
  /** How long closing may take; undefined: as long as it takes. */
  #closeMsMax: number | undefined;

  /**
   * @param shared what it shares with other clients of this process.
   * @param shared.buffers of batches that are acknowledged.
   * @param shared.leavesOutRefused see {@link ProducerEngine}.
   */
  constructor(
    options: ProducerOptions,
    shared: {
      readonly connections?: SharedConnections | undefined;
      readonly buffers?: BufferPool;
      readonly leavesOutRefused?: boolean;
    } = {},
  ) {
    const settings = producerSettings(options);
    this.#engine = new ProducerEngine(settings, {
      ...shared,
      onFailed: (error) => {
        if (!isToldByCalls(error)) this.#error ??= error;
      },
    });
    this.#transactions = this.#engine.transactions;
    const { timers } = settings.environment;
    this.#life = new Lifecycle('the producer', { timers, logger: silentLogger, onCloseFailure: 'throw' });
    this.#life.add({ name: 'its engine', close: () => this.#engine.close() });
    this.#life.add({ name: 'what is to be sent', close: () => this.flush() });
    this.#life.add({ name: 'its transaction', close: () => this.#transactions?.close(this.#closeMsMax) });
  }

  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void {
    checkRecord(record, onDelivery);
    this.#checkOpen();
    if (this.#transactions?.isOpen === false) this.#transactions.check('send');
    this.#engine.append(record, onDelivery, this.#engine.accumulator.bytes);
  }

  ready(): Promise<void> | undefined {
    const { accumulator, settings } = this.#engine;
    const { bufferBytesMax } = settings;
    if (accumulator.bytes < bufferBytesMax) return undefined;
    this.#room ??= this.#engine.until(() => {
      if (accumulator.bytes > bufferBytesMax * RESUME_AT) return false;
      this.#room = undefined;
      return true;
    });
    return this.#room;
  }

  async sendAndWait(record: ProducerRecord): Promise<RecordMetadata> {
    checkRecord(record, undefined);
    try {
      return await sendAndWait(this, record, this.#engine);
    } catch (error) {
      // In a transaction it is not only the record that has failed.
      throw this.#transactions?.failure ?? error;
    }
  }

  async flush(): Promise<void> {
    await this.#engine.flush(undefined);
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  async partitionsFor(topic: string): Promise<number> {
    nonEmptyText(topic, 'topic');
    this.#checkOpen();
    const { cluster, settings } = this.#engine;
    return (await cluster.topic(topic, settings.blockMsMax)).partitions.length;
  }

  async initTransactions(): Promise<void> {
    await this.#expectTransactions('initTransactions').init();
  }

  beginTransaction(): void {
    this.#expectTransactions('beginTransaction').begin();
  }

  async sendOffsetsToTransaction(
    offsets: readonly OffsetAndMetadata[],
    group: ConsumerGroupMetadata,
  ): Promise<void> {
    checkOffsets(offsets, 'offsets');
    checkGroupMetadata(group, 'group');
    await this.#expectTransactions('sendOffsetsToTransaction').sendOffsets(offsets, group);
  }

  async commitTransaction(): Promise<void> {
    await this.#expectTransactions('commitTransaction').commit().catch(this.#tell);
  }

  async abortTransaction(): Promise<void> {
    await this.#expectTransactions('abortTransaction').abort().catch(this.#tell);
    // What has failed in it is of no interest any more.
    this.#error = undefined;
  }

  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkProducerClose(options, 'options');
    const { timeoutMs } = options;
    const { accumulator, cluster } = this.#engine;
    this.#closeMsMax = timeoutMs;
    const giveUp =
      timeoutMs === undefined
        ? undefined
        : cluster.environment.timers.after(timeoutMs, () => {
            accumulator.failAll(timedOut('closing the producer', timeoutMs));
            // Records that waited for metadata end without a batch, of which nobody hears.
            this.#engine.onProgress();
          });
    try {
      await this.#life.close();
    } finally {
      giveUp?.cancel();
    }
  }

  /** Who is told what the transaction has failed of need not be told of its records. */
  readonly #tell = (error: unknown): never => {
    if (error instanceof TransactionError) this.#error = undefined;
    throw error;
  };

  #expectTransactions(call: TransactionCall): TransactionManager {
    this.#checkOpen();
    if (this.#transactions !== undefined) return this.#transactions;
    throw illegalState(call, 'the producer has no transactionalId (transactional.id)');
  }

  #checkOpen(): void {
    if (this.#life.isClosing) throw closed('producer');
  }
}

/** What records fail with because their transaction has: whoever aborts it knows, and all other calls tell what it failed of. */
function isToldByCalls(error: Error): boolean {
  if (error instanceof TransactionError) return true;
  return error instanceof OperationalError && error.code === 'TRANSACTION_ABORTED';
}
