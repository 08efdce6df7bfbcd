import { nonEmptyText } from '../../base/argument-checks.ts';
import { OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { silentLogger } from '../../base/logger.ts';
import { checkProducerClose } from '../check-arguments.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
import { producerSettings } from '../config/settings.ts';
import { closed, timedOut } from '../kafka-error.ts';
import type {
  DeliveryCallback,
  KafkaProducer,
  ProducerOptions,
  ProducerRecord,
  RecordMetadata,
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
 */
export class Producer implements KafkaProducer {
  readonly #engine: ProducerEngine;
  readonly #life: Lifecycle;
  /** The first error since the last flush that no callback was told. */
  #error: Error | undefined;
  #room: Promise<void> | undefined;

  /** @param shared.connections what it shares with other clients of this process. */
  constructor(
    options: ProducerOptions,
    { connections }: { readonly connections?: SharedConnections | undefined } = {},
  ) {
    const settings = producerSettings(options);
    if (settings.transactionalId !== null) {
      throw new OperationalError('UNSUPPORTED', 'transactional producers are not supported yet', {
        retriable: false,
      });
    }
    this.#engine = new ProducerEngine(settings, {
      connections,
      onFailed: (error) => {
        this.#error ??= error;
      },
    });
    const { timers } = settings.environment;
    this.#life = new Lifecycle('the producer', { timers, logger: silentLogger, onCloseFailure: 'throw' });
    this.#life.add({ name: 'its engine', close: () => this.#engine.close() });
    this.#life.add({ name: 'what is to be sent', close: () => this.flush() });
  }

  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void {
    checkRecord(record, onDelivery);
    this.#checkOpen();
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
    return sendAndWait(this, record, this.#engine);
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

  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkProducerClose(options, 'options');
    const { timeoutMs } = options;
    const { accumulator, cluster } = this.#engine;
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

  #checkOpen(): void {
    if (this.#life.isClosing) throw closed('producer');
  }
}
