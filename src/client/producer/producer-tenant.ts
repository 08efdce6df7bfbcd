import { nonEmptyText } from '../../base/argument-checks.ts';
import { checkProducerClose } from '../check-arguments.ts';
import { closed, timedOut } from '../kafka-error.ts';
import type { DeliveryCallback, KafkaProducer, ProducerRecord, RecordMetadata } from '../types.ts';
import { checkRecord } from './check-record.ts';
import { BUFFER_OVERDRAFT, type ProducerEngine, RESUME_AT } from './producer-engine.ts';
import { sendAndWait } from './send-and-wait.ts';

/** The part of the buffer that the records of one tenant may fill: one whose topic cannot be written leaves room for others. */
const TENANT_PART = 1 / 4;

/** Those who share a producer. */
export interface ProducerTenants {
  readonly engine: ProducerEngine;
  /** How many there are. */
  readonly count: number;
  /** Whether others write to a topic, too. */
  isShared(topic: string, tenant: ProducerTenant): boolean;
  /** Called once, by one that has closed. */
  leave(tenant: ProducerTenant): void;
}

/**
 * One of several who write through one producer: their records go out in the same requests, and each waits for, hears of and
 * fails for its own ones only. A topic that several of them write to is the matter of all of them.
 */
export class ProducerTenant implements KafkaProducer {
  readonly #tenants: ProducerTenants;
  readonly #mayCreateTopic: (topic: string) => boolean;
  readonly #topics = new Set<string>();
  /** The topic of the last record, which is most often that of the next. */
  #lastTopic: string | undefined;
  readonly #onDelivery: DeliveryCallback;
  /** The first error since the last flush that no callback was told. */
  #error: Error | undefined;
  #room: Promise<void> | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;

  constructor(tenants: ProducerTenants, mayCreateTopic: (topic: string) => boolean) {
    this.#tenants = tenants;
    this.#mayCreateTopic = mayCreateTopic;
    this.#onDelivery = (error) => {
      if (error !== null) this.#error ??= error;
    };
  }

  /** Whether it has written to a topic, or is about to. */
  writesTo(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Whether a broker may create a topic because this one writes to it. */
  mayCreate(topic: string): boolean {
    return this.#topics.has(topic) && this.#mayCreateTopic(topic);
  }

  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void {
    checkRecord(record, onDelivery);
    if (this.#closed) throw closed('producer');
    if (record.topic !== this.#lastTopic) this.#use(record.topic);
    const { accumulator, settings } = this.#tenants.engine;
    // Of what all hold together each holds a part: only where that is too much it is looked how much.
    const isMuch = accumulator.bytes >= settings.bufferBytesMax * BUFFER_OVERDRAFT;
    this.#tenants.engine.append(record, onDelivery ?? this.#onDelivery, isMuch ? this.#bytes : 0);
  }

  ready(): Promise<void> | undefined {
    const { accumulator, settings } = this.#tenants.engine;
    if (accumulator.bytes < settings.bufferBytesMax * TENANT_PART || this.#hasRoom(1)) return undefined;
    this.#room ??= this.#tenants.engine.until(() => {
      if (!this.#hasRoom(RESUME_AT) && !this.#closed) return false;
      this.#room = undefined;
      return true;
    });
    return this.#room;
  }

  async sendAndWait(record: ProducerRecord): Promise<RecordMetadata> {
    checkRecord(record, undefined);
    return sendAndWait(this, record, this.#tenants.engine);
  }

  async flush(): Promise<void> {
    await this.#tenants.engine.flush(this.#topics);
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  async partitionsFor(topic: string): Promise<number> {
    nonEmptyText(topic, 'topic');
    if (this.#closed) throw closed('producer');
    const { cluster, settings } = this.#tenants.engine;
    // What is known for another tenant may be of a topic that was deleted and made anew since.
    const isNews = !this.#topics.has(topic);
    this.#topics.add(topic);
    return (await cluster.topic(topic, settings.blockMsMax, { anew: isNews })).partitions.length;
  }

  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkProducerClose(options, 'options');
    const { timeoutMs } = options;
    const { engine } = this.#tenants;
    const giveUp =
      timeoutMs === undefined
        ? undefined
        : engine.cluster.environment.timers.after(timeoutMs, () => {
            this.#giveUp(timedOut('closing the producer', timeoutMs));
          });
    const isFirst = this.#closing === undefined;
    this.#closing ??= this.#close();
    try {
      await this.#closing;
    } catch (error) {
      // It is told once.
      if (isFirst) throw error;
    } finally {
      giveUp?.cancel();
    }
  }

  async #close(): Promise<void> {
    this.#closed = true;
    const { engine } = this.#tenants;
    try {
      await this.flush();
    } finally {
      engine.abandon(this.#ownTopics(), closed('producer'));
      this.#tenants.leave(this);
    }
  }

  /**
   * Ends the wait of closing. What it has written to topics of others, too, may still be delivered: that waits for them, and they
   * must not wait for each other.
   */
  #giveUp(error: Error): void {
    const { engine } = this.#tenants;
    const own = this.#ownTopics();
    const others = [...this.#topics].filter((topic) => !own.includes(topic));
    if (engine.accumulator.bytesOf(others) > 0) this.#error ??= error;
    this.#topics.clear();
    engine.abandon(own, error);
  }

  get #bytes(): number {
    return this.#tenants.engine.accumulator.bytesOf(this.#topics);
  }

  /** @param part of its limit. Where all together are at theirs, nobody may hold more than the others. */
  #hasRoom(part: number): boolean {
    const { accumulator, settings } = this.#tenants.engine;
    const { bufferBytesMax } = settings;
    const isFull = accumulator.bytes >= bufferBytesMax;
    const limit = Math.min(
      bufferBytesMax * TENANT_PART,
      isFull ? bufferBytesMax / this.#tenants.count : Infinity,
    );
    return this.#bytes < limit * part;
  }

  #use(topic: string): void {
    this.#lastTopic = topic;
    this.#topics.add(topic);
  }

  /** Its topics that nobody else writes to. */
  #ownTopics(): readonly string[] {
    return [...this.#topics].filter((topic) => !this.#tenants.isShared(topic, this));
  }
}
