/** The public types of the producer. */
import type { TopicPartition } from '../../protocol/topic-partition.ts';
import type { ClientOptions, CompressionName, RecordHeader } from '../client-options.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata } from '../consumer/consumer-types.ts';

export type Acks = 0 | 1 | 'all';

export interface ProducerOptions extends ClientOptions {
  /** 0: do not wait; 1: the leader has it; `all`: all in-sync replicas have it. */
  readonly acks?: Acks;
  /** How long a batch waits for more records before it is sent. */
  readonly lingerMs?: number;
  /** A batch is sent when it has this many bytes (before compression). */
  readonly batchBytesMax?: number;
  /** Bytes that may wait to be sent; beyond it {@link KafkaProducer.ready} answers a promise. */
  readonly bufferBytesMax?: number;
  /** Largest request, and largest record. */
  readonly requestBytesMax?: number;
  readonly compression?: CompressionName;
  /** Exactly one copy of each record and per-partition order, through retries. Needs acks `all`. Default true. */
  readonly idempotent?: boolean;
  /**
   * Makes this a transactional producer: see {@link TransactionalKafkaProducer}. Of the producers that were ever given one
   * name only the last works; the others are fenced. Needs idempotence.
   */
  readonly transactionalId?: string | null;
  /** The coordinator aborts a transaction that is open for so long. The broker limits it (`transaction.max.timeout.ms`). */
  readonly transactionTimeoutMs?: number;
  /** Produce requests in flight per broker; at most 5 with idempotence. */
  readonly inFlightMax?: number;
  /** Attempts after the first; the delivery timeout is what normally ends retrying. */
  readonly retriesMax?: number;
  /** From `send` to success or failure, retries and waiting included. */
  readonly deliveryTimeoutMs?: number;
  /**
   * How long `sendAndWait` waits for buffer space, any send for its topic's metadata, and each call about a transaction for
   * the cluster.
   */
  readonly blockMsMax?: number;
  /** A topic that nothing was sent to for so long is no longer asked for when metadata is fetched. */
  readonly metadataIdleMsMax?: number;
  readonly partitioner?: Partitioner;
  /**
   * Topics that a broker which creates topics by itself may create because this producer asks for them; all, unless it says
   * otherwise. One that is refused waits until somebody else has created it.
   */
  readonly mayCreateTopic?: (topic: string) => boolean;
}

/** Chooses a record's partition when the record does not name one. */
export interface Partitioner {
  /** @returns a partition in [0, partitionCount), or -1 to let the producer fill one batch after the other (sticky). */
  partition(topic: string, key: Buffer | null, value: Buffer | null, partitionCount: number): number;
}

/** A header to send; a string is sent as its UTF-8 bytes. */
export interface ProducerHeader {
  readonly key: string;
  readonly value: Buffer | string | null;
}

/** A record to send. A string is sent as its UTF-8 bytes; null is a tombstone or a missing key. */
export interface ProducerRecord {
  readonly topic: string;
  /** Chosen by the partitioner when absent. */
  readonly partition?: number | undefined;
  readonly key?: Buffer | string | null | undefined;
  readonly value: Buffer | string | null;
  /** Milliseconds since the epoch; now when absent. */
  readonly timestamp?: number | undefined;
  readonly headers?: readonly ProducerHeader[] | undefined;
}

/** A record that was not delivered. */
export interface UndeliveredRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly RecordHeader[];
}

/**
 * Called once per record, in order within a partition, when its batch is acknowledged or has failed.
 * `offset` is -1 where unknown (an error, or acks 0); `timestamp` is the broker's under LogAppendTime, else -1: the
 * record has its own. `undelivered` is the record where there is an error. What it throws makes the next flush reject.
 */
export type DeliveryCallback = (
  error: Error | null,
  offset: number,
  partition: number,
  timestamp: number,
  undelivered: UndeliveredRecord | undefined,
) => void;

export interface RecordMetadata extends TopicPartition {
  /** -1 with acks 0. */
  readonly offset: number;
  readonly timestamp: number;
}

export interface KafkaProducer {
  /**
   * Queues a record; never waits and makes no promise. What goes wrong (a record too large, an unknown topic, a
   * delivery timeout) is told once: to `onDelivery`, or, where the record has none, by the next {@link flush}.
   * @throws {OperationalError} `CLOSED` after {@link close}.
   * @throws {ArgumentError} for a record that is not what its type says: nothing of it is queued.
   */
  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void;
  /**
   * Back-pressure: undefined while there is room, otherwise a promise of room. A record sent without waiting is still
   * taken until the buffer holds twice its limit, then fails with `BUFFER_EXHAUSTED`.
   *
   * ```ts
   * for (const record of records) {
   *   const wait = producer.ready();
   *   if (wait !== undefined) await wait;
   *   producer.send(record);
   * }
   * ```
   */
  ready(): Promise<void> | undefined;
  /**
   * Waits for room, sends, and resolves when the record is acknowledged; rejects with what made it fail, or the transaction that
   * it is in.
   */
  sendAndWait(record: ProducerRecord): Promise<RecordMetadata>;
  /**
   * Sends all that is queued without lingering and resolves when all of it is acknowledged or has failed. Rejects with
   * the first error since the last flush that nobody was told: of a record without a callback, or thrown by a callback.
   */
  flush(): Promise<void>;
  /** The number of partitions of a topic; waits for metadata. */
  partitionsFor(topic: string): Promise<number>;
  /**
   * Flushes, then closes the connections. Rejects as {@link flush} does (not for what `sendAndWait` or a callback has
   * told already), but is closed afterwards all the same. What is
   * not acknowledged within `timeoutMs` (no limit but the delivery timeout, unless told) fails with `TIMED_OUT`; 0 waits
   * for nothing.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * A producer with a transactional id, which writes to several partitions, and commits offsets of a group, all or nothing:
 * consumers with `isolationLevel: 'read_committed'` see what was committed.
 *
 * ```ts
 * await producer.initTransactions();
 * for (;;) {
 *   const batch = await consumer.poll(1_000);
 *   producer.beginTransaction();
 *   try {
 *     for (const { records } of batch) for (const { value } of records) producer.send({ topic: 'results', value });
 *     await producer.sendOffsetsToTransaction(
 *       batch.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset })),
 *       consumer.groupMetadata(),
 *     );
 *     await producer.commitTransaction();
 *   } catch (error) {
 *     if (!(error instanceof TransactionError) || error.recovery !== 'abort') throw error;
 *     await producer.abortTransaction(); // and read the batch again, from the committed offsets
 *   }
 * }
 * ```
 *
 * A record or a call that fails within a transaction makes all calls but {@link abortTransaction} reject with a
 * `TransactionError`, whose `recovery` says what is to be done. A call at the wrong time rejects with `ILLEGAL_STATE` and
 * changes nothing. A call that has found no coordinator within `blockMsMax` rejects with `TIMED_OUT`, retriable: call it again.
 */
export interface TransactionalKafkaProducer extends KafkaProducer {
  /**
   * Takes the transactional id over: fences producers that had it before, and waits until a transaction that one of them has
   * left open is aborted. Once, before all others.
   */
  initTransactions(): Promise<void>;
  /**
   * Opens a transaction: all records that are sent from now on are in it.
   * @throws {OperationalError} `ILLEGAL_STATE` where one is open, or {@link initTransactions} was not called.
   */
  beginTransaction(): void;
  /**
   * Commits offsets of a consumer's group with the transaction (KIP-447).
   * @param offsets the next offset to read of each partition.
   * @param group `consumer.groupMetadata()`, at the time of the records: a member that the group has left behind fails with
   *   `COMMIT_FAILED`.
   */
  sendOffsetsToTransaction(
    offsets: readonly OffsetAndMetadata[],
    group: ConsumerGroupMetadata,
  ): Promise<void>;
  /** Waits until all records are acknowledged, and commits. Rejects, with nothing committed, where one was not. */
  commitTransaction(): Promise<void>;
  /**
   * Ends the transaction as if nothing had been sent. Records that are not acknowledged yet fail with `TRANSACTION_ABORTED`,
   * which no {@link flush} tells.
   */
  abortTransaction(): Promise<void>;
}
