import { nonEmptyText } from '../../base/argument-checks.ts';
import { OperationalError } from '../../base/errors.ts';
import { Cluster } from '../cluster/cluster.ts';
import { type ProducerSettings, producerSettings } from '../config/settings.ts';
import { checkProducerClose } from '../check-arguments.ts';
import { closed, timedOut } from '../kafka-error.ts';
import type {
  DeliveryCallback,
  KafkaProducer,
  ProducerOptions,
  ProducerRecord,
  RecordMetadata,
} from '../types.ts';
import { Accumulator } from './accumulator.ts';
import { checkRecord } from './check-record.ts';
import { Sender } from './sender.ts';

/** Beyond this multiple of `buffer.memory` a record is refused: its sender does not wait for {@link Producer.ready}. */
const BUFFER_OVERDRAFT = 2;
/** Waiting senders go on when the buffer has come down to this part of its limit. */
const RESUME_AT = 0.75;

interface FlushWaiter {
  /** The newest batch that it waits for; undefined while records that it waits for are in no batch yet. */
  batchId: number | undefined;
  readonly resolve: () => void;
}

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
  readonly #settings: ProducerSettings;
  readonly #cluster: Cluster;
  readonly #accumulator: Accumulator;
  readonly #sender: Sender;
  #flushes: FlushWaiter[] = [];
  /** The first error since the last flush that no callback was told. */
  #error: Error | undefined;
  #room: Promise<void> | undefined;
  #giveRoom: (() => void) | undefined;
  #closed = false;

  constructor(options: ProducerOptions) {
    this.#settings = producerSettings(options);
    if (this.#settings.transactionalId !== null) {
      throw new OperationalError('UNSUPPORTED', 'transactional producers are not supported yet', {
        retriable: false,
      });
    }
    const allowAutoTopicCreation = this.#settings.mayCreateTopic ?? true;
    this.#cluster = new Cluster({ settings: this.#settings, allowAutoTopicCreation });
    this.#accumulator = new Accumulator(this.#cluster, this.#settings, {
      onBatchOpened: () => this.#sender.onBatchOpened(),
      onBatchFull: (batch) => this.#sender.onBatchFull(batch),
      onMetadataNeeded: () => this.#fetchMetadata(),
      onFailed: (error) => {
        this.#error ??= error;
      },
    });
    this.#cluster.untrackIdle({
      idleMsMax: this.#settings.metadataIdleMsMax,
      beforeRefresh: () => this.#accumulator.trackUsed(),
    });
    this.#sender = new Sender(this.#cluster, this.#settings, this.#accumulator, () => this.#onProgress());
    this.#cluster.onUpdate(() => {
      this.#accumulator.onMetadata();
      this.#sender.wake();
    });
  }

  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void {
    checkRecord(record, onDelivery);
    if (this.#closed) throw closed('producer');
    if (this.#accumulator.bytes >= this.#settings.bufferBytesMax * BUFFER_OVERDRAFT) {
      const error = bufferExhausted(this.#settings.bufferBytesMax);
      this.#accumulator.refuse(error, record, onDelivery);
      return;
    }
    this.#accumulator.append(record, onDelivery);
  }

  ready(): Promise<void> | undefined {
    if (this.#accumulator.bytes < this.#settings.bufferBytesMax) return undefined;
    if (this.#room === undefined) {
      this.#room = new Promise((resolve) => {
        this.#giveRoom = resolve;
      });
      this.#sender.wake();
    }
    return this.#room;
  }

  async sendAndWait(record: ProducerRecord): Promise<RecordMetadata> {
    checkRecord(record, undefined);
    const deadlineMs = this.#environmentMs() + this.#settings.blockMsMax;
    for (let wait = this.ready(); wait !== undefined; wait = this.ready()) {
      const left = deadlineMs - this.#environmentMs();
      if (left <= 0) throw timedOut('waiting for buffer space', this.#settings.blockMsMax);
      await Promise.race([wait, this.#cluster.sleep(left)]);
    }
    const timestamp = record.timestamp ?? this.#cluster.environment.clock.nowMs();
    return new Promise((resolve, reject) => {
      this.send({ ...record, timestamp }, (error, offset, partition, appendTime) => {
        if (error === null) {
          resolve({
            topic: record.topic,
            partition,
            offset,
            timestamp: appendTime < 0 ? timestamp : appendTime,
          });
        } else {
          reject(error);
        }
      });
    });
  }

  async flush(): Promise<void> {
    if (!this.#accumulator.idle) {
      await new Promise<void>((resolve) => {
        this.#flushes.push({ batchId: undefined, resolve });
        this.#markFlushes();
        this.#sender.urgent = true;
        this.#sender.wake();
      });
    }
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  async partitionsFor(topic: string): Promise<number> {
    nonEmptyText(topic, 'topic');
    if (this.#closed) throw closed('producer');
    return (await this.#cluster.topic(topic, this.#settings.blockMsMax)).partitions.length;
  }

  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkProducerClose(options, 'options');
    const { timeoutMs } = options;
    if (this.#closed) return;
    this.#closed = true;
    const giveUp =
      timeoutMs === undefined
        ? undefined
        : this.#cluster.environment.timers.after(timeoutMs, () => {
            this.#accumulator.failAll(timedOut('closing the producer', timeoutMs));
            // Records that waited for metadata end without a batch, of which nobody hears.
            this.#onProgress();
          });
    try {
      await this.flush();
    } finally {
      giveUp?.cancel();
      this.#sender.close();
      await this.#cluster.close();
    }
  }

  #onProgress(): void {
    if (
      this.#giveRoom !== undefined &&
      this.#accumulator.bytes <= this.#settings.bufferBytesMax * RESUME_AT
    ) {
      const give = this.#giveRoom;
      this.#room = undefined;
      this.#giveRoom = undefined;
      give();
    }
    if (this.#flushes.length > 0) this.#endFlushes();
  }

  /** A flush waits for the batches that were there when it was asked for, and for records without metadata. */
  #endFlushes(): void {
    this.#markFlushes();
    const oldest = this.#accumulator.oldestUnsettledId;
    const hasEnded = ({ batchId }: FlushWaiter): boolean => batchId !== undefined && batchId < oldest;
    const ended = this.#flushes.filter(hasEnded);
    if (ended.length === 0) return;
    this.#flushes = this.#flushes.filter((flush) => !hasEnded(flush));
    this.#sender.urgent = this.#flushes.length > 0;
    for (const { resolve } of ended) resolve();
  }

  #markFlushes(): void {
    if (this.#accumulator.hasWaitingRecords) return;
    for (const flush of this.#flushes) flush.batchId ??= this.#accumulator.newestId;
  }

  #fetchMetadata(): void {
    // The sender's timer ends the wait, should no answer come at all.
    this.#sender.wake();
    // A failure is tried again by the cluster; the records tell of it when their time is up.
    this.#cluster.refresh().catch(() => {
      this.#cluster.refreshSoon();
      this.#sender.wake();
    });
  }

  #environmentMs(): number {
    return this.#cluster.environment.clock.monotonicMs();
  }
}

function bufferExhausted(limit: number): OperationalError {
  return new OperationalError(
    'BUFFER_EXHAUSTED',
    `the producer's buffer holds twice its limit (buffer.memory, ${limit} bytes): wait for ready() before sending`,
    { retriable: true },
  );
}
