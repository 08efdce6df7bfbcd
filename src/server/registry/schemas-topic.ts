import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { type Admin, Consumer, Producer } from '../../client/index.ts';
import { decodeRecord, encodeRecord, type RegistryRecord } from '../../registry/index.ts';

const POLL_TIMEOUT_MS = 1_000;
const PAUSE_MS = 200;
const CLOSE_MS_MAX = 2_000;
/** All that is registered is in one partition, so that it has one order, and the last record of each key stays. */
const TOPIC_CONFIGS = { 'cleanup.policy': 'compact' } as const;

interface SchemasTopicOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: Pick<Admin, 'listTopics' | 'createTopics'>;
  /** `kafkastore.topic` */
  readonly topic: string;
  /** `kafkastore.timeout.ms` */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Called with each record of the topic, in its order, once. */
  readonly apply: (record: RegistryRecord) => void;
}

/** The topic that a registry is kept in: read from its beginning, followed, and written by one call at a time. */
export class SchemasTopic {
  readonly #options: SchemasTopicOptions;
  readonly #life: Lifecycle;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  readonly #partition: { readonly topic: string; readonly partition: 0 };
  /** All records before it have been applied. */
  #offsetNext = 0;
  #loop: Promise<void> = Promise.resolve();
  #onProgress = new Set<() => void>();
  #failure: Error | undefined;

  constructor(options: SchemasTopicOptions) {
    const { environment, bootstrapServers, logger, topic, timeoutMs } = options;
    this.#options = options;
    this.#partition = { topic, partition: 0 };
    this.#life = new Lifecycle('the topic of schemas', { timers: environment.timers, logger });
    const common = { environment, bootstrapServers, clientId: 'millrace-schema-registry' };
    this.#consumer = new Consumer({
      ...common,
      autoCommit: false,
      autoOffsetReset: 'earliest',
      defaultApiTimeoutMs: timeoutMs,
    });
    this.#producer = new Producer({
      ...common,
      acks: 'all',
      lingerMs: 0,
      blockMsMax: timeoutMs,
      deliveryTimeoutMs: timeoutMs,
      requestTimeoutMs: timeoutMs,
    });
    this.#life.add({
      name: 'the producer of schemas',
      close: () => this.#producer.close({ timeoutMs: CLOSE_MS_MAX }),
    });
    this.#life.add({ name: 'the consumer of schemas', close: () => this.#consumer.close() });
    this.#life.add({ name: 'the following of schemas', close: () => this.#endFollowing() });
  }

  /** Reads all that is there, making the topic where it is missing, and follows it from there on. */
  async open(): Promise<void> {
    await this.#find();
    this.#consumer.assign([this.#partition]);
    this.#consumer.seek(this.#partition, 0);
    const [end] = await this.#consumer.endOffsets([this.#partition]);
    while (this.#offsetNext < (end?.offset ?? 0)) {
      this.#life.signal.throwIfAborted();
      await this.#step();
    }
    this.#loop = this.#follow();
  }

  /**
   * Writes records, and resolves when they have been applied here.
   * @throws {OperationalError} where the cluster does not take them; some of several may be written then.
   */
  async append(records: readonly RegistryRecord[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const sent = records.map(async (record) => {
      const { topic, partition } = this.#partition;
      const { offset } = await this.#producer.sendAndWait({ topic, partition, ...encodeRecord(record) });
      return { offset, record };
    });
    for (const { offset, record } of await Promise.all(sent)) {
      // What others have written before it comes first.
      await this.#applied(offset);
      this.#applyAt(offset, record);
    }
  }

  /** Resolves when all has been applied that is in the topic now. */
  async catchUp(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const [end] = await this.#consumer.endOffsets([this.#partition]);
    await this.#applied(end?.offset ?? 0);
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  /** Resolves when all records before an offset have been applied. */
  async #applied(offset: number): Promise<void> {
    while (this.#offsetNext < offset) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#onProgress.add(resolve));
    }
  }

  #applyAt(offset: number, record: RegistryRecord | undefined): void {
    if (offset < this.#offsetNext) return;
    if (record !== undefined) this.#options.apply(record);
    this.#progress(offset + 1);
  }

  #progress(offsetNext: number): void {
    this.#offsetNext = Math.max(this.#offsetNext, offsetNext);
    const waiting = [...this.#onProgress];
    this.#onProgress.clear();
    for (const resolve of waiting) resolve();
  }

  async #follow(): Promise<void> {
    const { environment, logger } = this.#options;
    while (!this.#life.isClosing) {
      try {
        await this.#step();
      } catch (error) {
        if (this.#life.isClosing) return;
        logger.warn('the topic of schemas is not read: trying again', { error: messageOf(error) });
        await environment.timers.sleep(PAUSE_MS, this.#life.signal).catch(() => undefined);
      }
    }
  }

  async #step(): Promise<void> {
    for (const { records } of await this.#consumer.poll(POLL_TIMEOUT_MS)) {
      for (const { offset, key, value } of records) this.#applyAt(offset, this.#decode(offset, key, value));
    }
    // Compaction leaves holes, also at the end.
    this.#progress(await this.#consumer.position(this.#partition));
  }

  #decode(offset: number, key: Buffer | null, value: Buffer | null): RegistryRecord | undefined {
    const record = decodeRecord(key, value);
    if (record === undefined) {
      this.#options.logger.warn(
        'a record of the schema registry is passed over: it is of no kind that is known',
        {
          topic: this.#options.topic,
          offset,
        },
      );
    }
    return record;
  }

  async #find(): Promise<void> {
    const { admin, topic } = this.#options;
    const topics = await admin.listTopics({ includeInternal: true });
    if (topics.some(({ name }) => name === topic)) return;
    try {
      await admin.createTopics([{ name: topic, partitions: 1, configs: TOPIC_CONFIGS }]);
    } catch (error) {
      // Another server was faster.
      if (!(error instanceof OperationalError) || error.code !== 'TOPIC_ALREADY_EXISTS') throw error;
    }
  }

  #endFollowing(): Promise<void> {
    this.#failure = new OperationalError('CLOSED', 'the schema registry is shutting down', {
      retriable: true,
    });
    this.#progress(0);
    this.#consumer.wakeup();
    return this.#loop;
  }
}
