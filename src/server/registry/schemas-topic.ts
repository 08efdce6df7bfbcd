import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { Consumer } from '../../client/index.ts';
import { FencedWriter } from '../../client/producer/fenced-writer.ts';
import { decodeRecord, encodeRecord, type RecordBytes, type RegistryRecord } from '../../registry/index.ts';
import { prepareTopic, type TopicAdmin, topicIdOf } from './prepare-topic.ts';

const POLL_TIMEOUT_MS = 1_000;
const PAUSE_MS = 200;
/** How long what was read waits for what is being written. */
const WRITING_MS_MAX = 50;
/** Of a batch, as far below `max.message.bytes` as a topic of schemas has it. */
const BATCH_BYTES_MAX = 512 * 1024;
/** Within a day brokers remember the epochs of writers, whatever they write (`producer.id.expiration.ms`). */
const RENEW_MS = 6 * 60 * 60 * 1_000;
const GONE = new Set(['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION']);
/** What was to be read next is not there any more. */
const BEYOND = new Set(['NO_OFFSET', 'OFFSET_OUT_OF_RANGE', 'LOG_TRUNCATED']);

interface SchemasTopicOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: TopicAdmin;
  /** `kafkastore.topic` */
  readonly topic: string;
  /** `kafkastore.timeout.ms` */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Called with each record of the topic, in its order, once. */
  readonly apply: (record: RegistryRecord) => void;
  /** Called once, where the topic turns out to be another one, or to end lower, than what has been applied: this one is of no more use. */
  readonly onLost: () => void;
}

/** The topic that a registry is kept in: read from its beginning, followed, and written by one call at a time. */
export class SchemasTopic {
  readonly #options: SchemasTopicOptions;
  readonly #life: Lifecycle;
  readonly #consumer: Consumer;
  readonly #writer: FencedWriter;
  readonly #partition: { readonly topic: string; readonly partition: 0 };
  /** The topic that is read; one that is made anew under its name has another one. */
  #topicId = '';
  /** All records before it have been applied. */
  #offsetNext = 0;
  #loop: Promise<void> = Promise.resolve();
  #onProgress = new Set<() => void>();
  #failure: Error | undefined;
  /** Resolves when what is being written has ended in one way or the other; undefined while nothing is. */
  #writing: Promise<void> | undefined;
  /** When it became the only one that writes; undefined while it is not known to be. */
  #ownedAtMs: number | undefined;

  constructor(options: SchemasTopicOptions) {
    const { environment, bootstrapServers, logger, topic, timeoutMs } = options;
    this.#options = options;
    this.#partition = { topic, partition: 0 };
    this.#life = new Lifecycle('the topic of schemas', { timers: environment.timers, logger });
    const common = { environment, bootstrapServers, clientId: 'millrace-schema-registry' };
    this.#consumer = new Consumer({
      ...common,
      autoCommit: false,
      autoOffsetReset: 'none',
      allowAutoTopicCreation: false,
      defaultApiTimeoutMs: timeoutMs,
    });
    this.#writer = new FencedWriter({ ...common, ...this.#partition, name: `${topic}-writer`, timeoutMs });
    this.#life.add({ name: 'the writer of schemas', close: () => this.#writer.close() });
    this.#life.add({ name: 'the consumer of schemas', close: () => this.#consumer.close() });
    this.#life.add({ name: 'the following of schemas', close: () => this.#endFollowing() });
  }

  /** Reads all that is there, making the topic where it is missing, and follows it from there on. */
  async open(): Promise<void> {
    this.#topicId = await prepareTopic(this.#options);
    this.#consumer.assign([this.#partition]);
    const [begin] = await this.#consumer.beginningOffsets([this.#partition]);
    this.#consumer.seek(this.#partition, begin?.offset ?? 0);
    const [end] = await this.#consumer.endOffsets([this.#partition]);
    while (this.#offsetNext < (end?.offset ?? 0)) {
      this.#life.signal.throwIfAborted();
      await this.#step();
    }
    this.#loop = this.#follow();
  }

  /**
   * Makes this the only one that writes, and resolves when all has been applied that was written before. It lasts until another server
   * does the same, or a write fails.
   * @throws {OperationalError} `PRODUCER_FENCED` where another one was faster, `TOPIC_LOST` where the topic is another one.
   */
  async own(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const nowMs = this.#options.environment.clock.monotonicMs();
    if (this.#ownedAtMs !== undefined && nowMs - this.#ownedAtMs < RENEW_MS) return;
    await this.#writer.take();
    const { offset } = await this.#write([encodeRecord({ kind: 'NOOP' })]);
    await this.#checkSame();
    await this.#applied(offset + 1);
    this.#ownedAtMs = nowMs;
  }

  /**
   * Writes records, and resolves when they have been applied here. One call at a time, after {@link own}.
   * @throws {OperationalError} `PRODUCER_FENCED` and `TOPIC_LOST`, where nothing was written; `TOPIC_CHANGED` where it was, into a topic
   * that is gone since; others, where some of them may be written.
   */
  async append(records: readonly RegistryRecord[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    for (const chunk of chunks(records.map((record) => ({ record, bytes: encodeRecord(record) })))) {
      const { offset, isById } = await this.#write(
        chunk.map(({ bytes }) => bytes),
        (written) => {
          // With older brokers nobody knows yet whether it is in the same topic.
          if (written.isById && written.offset === this.#offsetNext) this.#applyAll(written.offset, chunk);
        },
      );
      if (!isById) {
        await this.#checkSame().catch((error: unknown) => {
          throw changed(error);
        });
      }
      // What others have written before it comes first: a registry of another kind may have.
      await this.#applied(offset);
      this.#applyAll(offset, chunk);
    }
  }

  /** Whether all has been applied that is in the topic now. */
  async isCurrent(): Promise<boolean> {
    return (await this.#checkSame()) <= this.#offsetNext;
  }

  /** Resolves when all has been applied that is in the topic now. */
  async catchUp(): Promise<void> {
    await this.#applied(await this.#checkSame());
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  /**
   * @param onWritten called before what was read meanwhile is applied.
   * @throws {OperationalError} as {@link append}.
   */
  async #write(
    records: readonly RecordBytes[],
    onWritten: (written: WrittenBatch) => void = () => undefined,
  ): Promise<WrittenBatch> {
    const ownedAtMs = this.#ownedAtMs;
    this.#ownedAtMs = undefined;
    const writing = this.#writer.write(records, this.#topicId).then((written) => {
      onWritten(written);
      return written;
    });
    const ended = (): void => {
      this.#writing = undefined;
    };
    this.#writing = writing.then(ended, ended);
    try {
      const written = await writing;
      this.#ownedAtMs = ownedAtMs;
      return written;
    } catch (error) {
      // Whoever waits is told why it was closed, rather than that it was.
      if (this.#failure !== undefined) throw this.#failure;
      if (error instanceof OperationalError && GONE.has(error.code)) await this.#checkSame();
      throw error;
    }
  }

  /** Resolves when all records before an offset have been applied. */
  async #applied(offset: number): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#offsetNext >= offset) return;
      await new Promise<void>((resolve) => this.#onProgress.add(resolve));
    }
  }

  #applyAll(offset: number, chunk: readonly Chunk[]): void {
    for (const [index, { record }] of chunk.entries()) this.#applyAt(offset + index, record);
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
    const { logger } = this.#options;
    while (!this.#life.isClosing && this.#failure === undefined) {
      try {
        const isQuiet = (await this.#step()) === 0;
        if (isQuiet) await this.#checkSame();
      } catch (error) {
        if (this.#life.isClosing || this.#failure !== undefined) return;
        if (error instanceof OperationalError && BEYOND.has(error.code)) {
          // Which of both it is.
          await this.#checkSame().catch(() => undefined);
          this.#lose('has lost records that were not read');
          return;
        }
        logger.warn('the topic of schemas is not read: trying again', { error: messageOf(error) });
        await this.#pause(PAUSE_MS);
      }
    }
  }

  /** @returns how many records there were. */
  async #step(): Promise<number> {
    let count = 0;
    const polled = await this.#consumer.poll(POLL_TIMEOUT_MS);
    // What is being written here is often read before it is acknowledged: then it need not be decoded.
    if (this.#writing !== undefined) await this.#forAWhile(this.#writing);
    for (const { records } of polled) {
      count += records.length;
      for (const { offset, key, value } of records) {
        // What was written here was applied when it was acknowledged.
        if (offset >= this.#offsetNext) this.#applyAt(offset, this.#decode(offset, key, value));
      }
    }
    // Compaction leaves holes, also at the end.
    this.#progress(await this.#consumer.position(this.#partition));
    return count;
  }

  async #forAWhile(writing: Promise<void>): Promise<void> {
    const over = new AbortController();
    const { timers } = this.#options.environment;
    await Promise.race([writing, timers.sleep(WRITING_MS_MAX, over.signal).catch(() => undefined)]);
    over.abort();
  }

  #pause(ms: number): Promise<void> {
    return this.#options.environment.timers.sleep(ms, this.#life.signal).catch(() => undefined);
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

  /**
   * Returns where the topic ends.
   * @throws {OperationalError} `TOPIC_LOST` where what has been applied is not what is in the topic now.
   */
  async #checkSame(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const { admin, topic } = this.#options;
    const id = await topicIdOf(admin, topic);
    if (id !== this.#topicId) throw this.#lose(id === undefined ? 'is gone' : 'was made anew');
    const [end] = await this.#consumer.endOffsets([this.#partition]);
    const offset = end?.offset ?? 0;
    if (offset < this.#offsetNext) throw this.#lose('ends lower than before');
    return offset;
  }

  /** Ends all that waits here: whoever opened it has to begin anew. */
  #lose(what: string): OperationalError {
    const { logger, topic, onLost } = this.#options;
    const failure = new OperationalError('TOPIC_LOST', `the topic ${topic} ${what}: it is read again`, {
      retriable: true,
    });
    if (this.#failure === undefined) {
      this.#failure = failure;
      logger.warn('the topic of schemas is another one: it is read again', { topic, what });
      this.#progress(0);
      onLost();
    }
    return failure;
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

type WrittenBatch = Awaited<ReturnType<FencedWriter['write']>>;

interface Chunk {
  readonly record: RegistryRecord;
  readonly bytes: RecordBytes;
}

/** Records that go into one batch each. */
function* chunks(records: readonly Chunk[]): Generator<readonly Chunk[]> {
  let chunk: Chunk[] = [];
  let bytes = 0;
  for (const one of records) {
    const size = one.bytes.key.length + (one.bytes.value?.length ?? 0);
    if (chunk.length > 0 && bytes + size > BATCH_BYTES_MAX) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(one);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** It was written, so that it must not be written again. */
function changed(error: unknown): unknown {
  if (!(error instanceof OperationalError) || error.code !== 'TOPIC_LOST') return error;
  return new OperationalError('TOPIC_CHANGED', error.message, { retriable: false, cause: error });
}
