import type { Environment } from '../../base/environment.ts';
import { BufferPool } from '../../base/buffer-pool.ts';
import { ZERO_UUID } from '../../base/bytes-reader.ts';
import { messageOf } from '../../base/errors.ts';
import { wrongArgument } from '../../base/argument-checks.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { BatchBuilder } from '../../protocol/records/batch-builder.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { TopicMetadata } from '../cluster/metadata-cache.ts';
import { topicNameError } from '../topic-name.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { kafkaError } from '../kafka-error.ts';
import type { DeliveryCallback, Partitioner, ProducerRecord } from '../types.ts';
import { PartitionQueue } from './partition-queue.ts';
import { defaultPartitioner } from './partitioner.ts';
import { ProducerBatch } from './producer-batch.ts';
import { RecordClock } from './record-clock.ts';
import { copiedRecord, newTopic, type TopicQueues } from './topic-queues.ts';
import { bytesOf, fieldOf, headerBytes, undeliveredRecord } from './record-bytes.ts';
import { missingTopic, partitionerFailed, tooLarge, unknownPartition } from './refusals.ts';

/** Room that a batch gets at first where nothing is known of its partition. */
const INITIAL_BATCH_BYTES = 1_024;

interface AccumulatorEvents {
  /** A batch has got its first record. */
  onBatchOpened(queue: PartitionQueue): void;
  /** A batch is full and can be sent. */
  onBatchFull(batch: ProducerBatch): void;
  /** Records wait for metadata of topics. */
  onMetadataNeeded(): void;
  /** Of a record without a callback, or thrown by a callback. */
  onFailed(error: Error): void;
  /** A record is not delivered, or a batch, which may have had a sequence number. */
  onUndelivered?(error: Error, hadSequence: boolean): void;
}

/** Gathers records into batches: encodes each record into its partition's open batch at once. */
export class Accumulator {
  readonly #environment: Environment;
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #partitioner: Partitioner;
  readonly #events: AccumulatorEvents;
  readonly #buffers: BufferPool;
  readonly #clock: RecordClock;
  readonly #topics = new Map<string, TopicQueues>();
  /** The topic of the last record, which is most often that of the next. */
  #lastTopic: TopicQueues | undefined;
  /** Batches that are not settled, oldest first. */
  #unsettled = new Set<ProducerBatch>();
  #active = new Set<PartitionQueue>();
  #waitingRecords = 0;
  #batchIds = 0;
  #bytes = 0;

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    events: AccumulatorEvents,
    buffers: BufferPool = new BufferPool(),
  ) {
    this.#buffers = buffers;
    this.#cluster = cluster;
    this.#environment = cluster.environment;
    this.#clock = new RecordClock(cluster.environment);
    this.#settings = settings;
    this.#partitioner = settings.partitioner ?? defaultPartitioner;
    this.#events = events;
  }

  /** Bytes of all records that are not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Partitions with something to send, the one that was served longest ago first. */
  get active(): ReadonlySet<PartitionQueue> {
    return this.#active;
  }

  get idle(): boolean {
    return this.#unsettled.size === 0 && this.#waitingRecords === 0;
  }

  /** The id of the newest batch. */
  get newestId(): number {
    return this.#batchIds;
  }

  /** Batches that are not settled, oldest first. */
  get unsettled(): Iterable<ProducerBatch> {
    return this.#unsettled;
  }

  /** True for a batch that was given up, whose answer may still come. */
  isSettled(batch: ProducerBatch): boolean {
    return !this.#unsettled.has(batch);
  }

  get hasWaitingRecords(): boolean {
    return this.#waitingRecords > 0;
  }

  /** Bytes of records to these topics that are not settled. */
  bytesOf(topics: Iterable<string>): number {
    let bytes = 0;
    for (const name of topics) bytes += this.#topics.get(name)?.bytes ?? 0;
    return bytes;
  }

  /** Whether records to these topics, or to any, wait for metadata. */
  hasWaiting(topics: Iterable<string> | undefined): boolean {
    if (topics === undefined) return this.hasWaitingRecords;
    for (const name of topics) if ((this.#topics.get(name)?.waiting.length ?? 0) > 0) return true;
    return false;
  }

  /** The id of the oldest batch to these topics, or to any, that is not settled, or that it is a part of; else infinity. */
  oldestUnsettledId(topics: Iterable<string> | undefined): number {
    if (topics === undefined) return oldestOf(this.#unsettled);
    let oldest = Number.POSITIVE_INFINITY;
    for (const name of topics) {
      const topic = this.#topics.get(name);
      if (topic !== undefined) oldest = Math.min(oldest, oldestOf(topic.unsettled));
    }
    return oldest;
  }

  /** Lets no batch of these topics, or of any, linger that there is now. */
  hurry(topics: Iterable<string> | undefined): void {
    for (const name of topics ?? this.#topics.keys()) {
      for (const queue of this.#topics.get(name)?.queues ?? []) queue.urgentUpTo = this.#batchIds;
    }
  }

  /** Takes a record in; `onDelivery` is told of what cannot be taken. */
  append(record: ProducerRecord, onDelivery: DeliveryCallback | undefined): void {
    let topic = this.#lastTopic;
    if (topic?.name !== record.topic) {
      const wrong = this.#topics.has(record.topic) ? undefined : topicNameError(record.topic);
      if (wrong !== undefined) {
        this.refuse(wrong, record, onDelivery);
        return;
      }
      topic = this.#topicOf(record.topic);
    }
    if (!topic.isUsed) this.#use(topic);
    if (topic.queues.length === 0 || (record.partition ?? 0) >= topic.queues.length) {
      this.#wait(topic, record, onDelivery);
      return;
    }
    this.#appendTo(topic, record, onDelivery);
  }

  /**
   * Fails what is not settled of topics and forgets them, with the sequence numbers of their partitions.
   * @returns whether brokers may know numbers of them: whoever writes to them again needs another identity.
   */
  abandon(topics: Iterable<string>, error: Error): boolean {
    let wereWritten = false;
    for (const name of topics) {
      const topic = this.#topics.get(name);
      if (topic === undefined) continue;
      for (const batch of Array.from(topic.unsettled)) this.settle(batch, error, -1, -1);
      while (topic.waiting.length > 0) this.#failWaiting(topic, error);
      wereWritten ||= topic.wasWritten;
      this.#topics.delete(name);
      if (this.#lastTopic === topic) this.#lastTopic = undefined;
    }
    return wereWritten;
  }

  /**
   * Tracks the topics once more that are in use: those that were sent to since the last time, and those with records that
   * are not settled. The queues of the others stay, with their sequence numbers, for when they are used again.
   */
  trackUsed(): void {
    const busy = new Set<string>();
    for (const { queue } of this.#unsettled) busy.add(queue.topic);
    for (const topic of this.#topics.values()) {
      if (topic.isUsed || topic.waiting.length > 0 || busy.has(topic.name)) this.#cluster.track([topic.name]);
      topic.isUsed = false;
    }
  }

  /** Takes over fresh metadata: new partitions, and records that waited for them. */
  onMetadata(): void {
    for (const topic of this.#topics.values()) {
      const metadata = this.#cluster.metadata.topic(topic.name);
      if (metadata !== undefined) {
        this.#dropQueues(topic, metadata);
        this.#addQueues(topic, metadata);
      }
      if (topic.waiting.length > 0) this.#placeWaiting(topic, metadata);
    }
  }

  /** Fails the records whose topic did not appear in time; answers when to look again. */
  expireWaiting(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    if (this.#waitingRecords === 0) return nextMs;
    for (const topic of this.#topics.values()) {
      const { waiting } = topic;
      while (waiting.first !== undefined && waiting.first.deadlineMs <= nowMs) {
        const metadata = this.#cluster.metadata.topic(topic.name);
        this.#failWaiting(
          topic,
          (metadata === undefined ? this.#cluster.outage : undefined) ??
            missingTopic(topic.name, waiting.first.record.partition, metadata, this.#settings),
        );
      }
      nextMs = Math.min(nextMs, waiting.first?.deadlineMs ?? Number.POSITIVE_INFINITY);
    }
    return nextMs;
  }

  /** Marks a queue as served, so that the others come first next time. */
  served(queue: PartitionQueue): void {
    this.#active.delete(queue);
    if (queue.length > 0) this.#active.add(queue);
    else if (this.#active.size === 0) this.#active = new Set();
  }

  /** A batch goes back to wait for another attempt. */
  putBack(batch: ProducerBatch): void {
    batch.queue.putBack(batch);
    this.#active.add(batch.queue);
  }

  /** Parts of a batch that was split take its place. */
  replace(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    const topic = this.#topics.get(batch.queue.topic);
    batch.queue.done(batch);
    const added = parts.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0) - batch.sizeInBytes;
    this.#bytes += added;
    replaceIn(this.#unsettled, batch, parts);
    if (topic !== undefined) {
      topic.bytes += added;
      replaceIn(topic.unsettled, batch, parts);
    }
    batch.queue.putBack(...parts);
    this.#active.add(batch.queue);
  }

  /** Ends a batch: its records are told, its bytes are free. */
  settle(batch: ProducerBatch, error: Error | null, baseOffset: number, timestamp: number): void {
    if (!this.#unsettled.delete(batch)) return;
    // The tables of a set that was emptied point to those that come after them, and one that is among the old objects keeps
    // all of these alive: each collection of young objects would copy those of a hundred flushes.
    if (this.#unsettled.size === 0) this.#unsettled = new Set();
    const topic = this.#topics.get(batch.queue.topic);
    if (topic !== undefined) {
      topic.unsettled.delete(batch);
      if (topic.unsettled.size === 0) topic.unsettled = new Set();
      topic.bytes -= batch.sizeInBytes;
    }
    batch.queue.remove(batch);
    if (batch.queue.length === 0 && this.#active.delete(batch.queue) && this.#active.size === 0)
      this.#active = new Set();
    this.#bytes -= batch.sizeInBytes;
    if (error !== null) {
      this.#events.onUndelivered?.(error, batch.baseSequence >= 0);
      if (batch.hasUnwatchedRecords) this.#events.onFailed(error);
    }
    const thrown = batch.settle(error, baseOffset, timestamp);
    if (thrown !== undefined)
      this.#events.onFailed(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
  }

  /** Tells of a record that is not taken: its callback, or the next flush, which tells also what the callback throws. */
  refuse(
    error: Error,
    record: ProducerRecord,
    onDelivery: DeliveryCallback | undefined,
    partition = -1,
  ): void {
    this.#events.onUndelivered?.(error, false);
    if (onDelivery === undefined) {
      this.#events.onFailed(error);
      return;
    }
    try {
      const undelivered = undeliveredRecord(record, this.#clock.nowMs());
      onDelivery(error, -1, record.partition ?? partition, -1, undelivered);
    } catch (thrown) {
      this.#events.onFailed(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    }
  }

  /** Fails everything that is not settled. */
  failAll(error: Error): void {
    for (const batch of Array.from(this.#unsettled)) this.settle(batch, error, -1, -1);
    this.failUnsent(error);
  }

  /** Fails everything that is not under way: what was not sent, or waits to be sent again. */
  failUnsent(error: Error): void {
    for (const batch of Array.from(this.#unsettled)) {
      if (!batch.queue.isInFlight(batch)) this.settle(batch, error, -1, -1);
    }
    for (const topic of this.#topics.values())
      while (topic.waiting.length > 0) this.#failWaiting(topic, error);
  }

  #appendTo(topic: TopicQueues, record: ProducerRecord, onDelivery: DeliveryCallback | undefined): void {
    // Its bytes are hashed where there is a choice.
    const hashesKey = record.partition === undefined && topic.queues.length > 1;
    const key = hashesKey ? bytesOf(record.key) : fieldOf(record.key);
    const value = fieldOf(record.value);
    const headers = record.headers === undefined ? undefined : headerBytes(record.headers);
    const sizeMax = BatchBuilder.bytesMax(key, value, headers);
    if (sizeMax > this.#settings.requestBytesMax) {
      this.refuse(tooLarge(record, sizeMax, this.#settings.requestBytesMax), record, onDelivery);
      return;
    }
    let partition = record.partition;
    if (partition === undefined) {
      try {
        partition = this.#choosePartition(topic, key, value);
      } catch (error) {
        this.refuse(partitionerFailed(error), record, onDelivery);
        return;
      }
      if (!Number.isInteger(partition)) {
        const wrong = wrongArgument('partitioner.partition()', partition, 'a partition number, or -1');
        this.refuse(wrong, record, onDelivery);
        return;
      }
      if (partition < 0) partition = this.#stickTo(topic, sizeMax);
    }
    const queue = topic.queues[partition];
    if (queue === undefined) {
      this.refuse(
        unknownPartition(topic.name, partition, topic.queues.length),
        record,
        onDelivery,
        partition,
      );
      return;
    }
    let batch = queue.open;
    if (batch !== undefined && batch.sizeInBytes + sizeMax > this.#settings.batchBytesMax) {
      this.#close(batch);
      batch = undefined;
    }
    batch ??= this.#open(topic, queue);
    const before = batch.sizeInBytes;
    batch.append(key, value, record.timestamp ?? this.#clock.nowMs(), headers, onDelivery);
    const added = batch.sizeInBytes - before;
    this.#bytes += added;
    topic.bytes += added;
    if (batch.sizeInBytes >= this.#settings.batchBytesMax) this.#close(batch);
  }

  /** Texts become bytes only for a partitioner that may look at them. */
  #choosePartition(topic: TopicQueues, key: Buffer | string | null, value: Buffer | string | null): number {
    const { length } = topic.queues;
    const partitioner = this.#partitioner;
    if (partitioner !== defaultPartitioner)
      return partitioner.partition(topic.name, bytesOf(key), bytesOf(value), length);
    return length === 1 && key !== null ? 0 : partitioner.partition(topic.name, bytesOf(key), null, length);
  }

  /** The first record since the metadata was fetched: a topic that was let go meanwhile is asked for again. */
  #use(topic: TopicQueues): void {
    topic.isUsed = true;
    this.#cluster.track([topic.name]);
    const isForgotten = topic.queues.length > 0 && this.#cluster.metadata.topic(topic.name) === undefined;
    if (isForgotten) this.#events.onMetadataNeeded();
  }

  #open(topic: TopicQueues, queue: PartitionQueue): ProducerBatch {
    const expected = Math.max(queue.batchBytesExpected, INITIAL_BATCH_BYTES);
    const batch = new ProducerBatch(queue, {
      id: ++this.#batchIds,
      createdMs: this.#environment.clock.monotonicMs(),
      initialBytes: expected,
      memory: this.#buffers,
      isTransactional: this.#settings.transactionalId !== null,
    });
    this.#bytes += batch.sizeInBytes;
    topic.bytes += batch.sizeInBytes;
    this.#unsettled.add(batch);
    topic.unsettled.add(batch);
    topic.wasWritten = true;
    queue.add(batch);
    this.#active.add(queue);
    this.#events.onBatchOpened(queue);
    return batch;
  }

  #close(batch: ProducerBatch): void {
    const { queue } = batch;
    queue.open = undefined;
    queue.batchBytesExpected = Math.min(batch.sizeInBytes + 64, this.#settings.batchBytesMax + 64);
    this.#events.onBatchFull(batch);
  }

  /** The partition for records without a key: changed whenever a batch's worth of bytes has gone to it (KIP-794). */
  #stickTo(topic: TopicQueues, sizeMax: number): number {
    topic.stickyBytes += sizeMax;
    if (topic.stickyPartition >= 0 && topic.stickyBytes <= this.#settings.batchBytesMax)
      return topic.stickyPartition;
    topic.stickyBytes = sizeMax;
    const count = topic.queues.length;
    const offset = count > 1 && topic.stickyPartition >= 0 ? 1 + this.#environment.random.int(count - 1) : 0;
    let chosen =
      topic.stickyPartition < 0
        ? this.#environment.random.int(count)
        : (topic.stickyPartition + offset) % count;
    for (let i = 0; i < count && this.#cluster.metadata.leaderOf(topic.name, chosen) < 0; i++) {
      chosen = (chosen + 1) % count;
    }
    topic.stickyPartition = chosen;
    return chosen;
  }

  #topicOf(name: string): TopicQueues {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = newTopic(name);
      this.#topics.set(name, topic);
      // What others know of it may be old: a topic that was deleted and made anew may have other partitions.
      const metadata = this.#cluster.tracks(name) ? this.#cluster.metadata.topic(name) : undefined;
      if (metadata !== undefined) {
        topic.topicId = metadata.topicId;
        this.#addQueues(topic, metadata);
      }
    }
    this.#lastTopic = topic;
    return topic;
  }

  /** Gives up the partitions that a topic no longer has after it was deleted and made anew with fewer of them. */
  #dropQueues(topic: TopicQueues, { topicId, partitions, errorCode }: TopicMetadata): void {
    if (errorCode !== ErrorCode.NONE || partitions.length === 0) return;
    // A broker that lags behind may tell of fewer partitions than the topic has got meanwhile: that is the same topic.
    const isAnother = topicId === ZERO_UUID || topicId !== topic.topicId;
    topic.topicId = topicId;
    if (!isAnother || partitions.length >= topic.queues.length) return;
    const gone = new Set(topic.queues.splice(partitions.length));
    if (topic.stickyPartition >= partitions.length) topic.stickyPartition = -1;
    for (const batch of Array.from(this.#unsettled)) {
      if (!gone.has(batch.queue)) continue;
      this.settle(batch, unknownPartition(topic.name, batch.queue.partition, partitions.length), -1, -1);
    }
  }

  #addQueues(topic: TopicQueues, { partitions }: TopicMetadata): void {
    for (let index = topic.queues.length; index < partitions.length; index++) {
      topic.queues.push(new PartitionQueue(topic.name, index));
    }
  }

  /** Keeps a record until its topic is known: as a copy, since its sender may use the object or its bytes again. */
  #wait(topic: TopicQueues, record: ProducerRecord, onDelivery: DeliveryCallback | undefined): void {
    const { clock } = this.#environment;
    const { copy, bytes } = copiedRecord(record, clock.nowMs());
    const deadlineMs = clock.monotonicMs() + this.#settings.blockMsMax;
    topic.waiting.push({ record: copy, onDelivery, deadlineMs, bytes });
    this.#waitingRecords++;
    this.#bytes += bytes;
    topic.bytes += bytes;
    this.#cluster.track([topic.name]);
    this.#events.onMetadataNeeded();
  }

  #placeWaiting(topic: TopicQueues, metadata: TopicMetadata | undefined): void {
    const error = metadata?.errorCode ?? ErrorCode.NONE;
    if (error !== ErrorCode.NONE && !errorOf(error).retriable) {
      while (topic.waiting.length > 0) this.#failWaiting(topic, kafkaError(error, `topic ${topic.name}`));
      return;
    }
    // What waits on, for a partition that is not there yet, goes to the end one by one and keeps its order.
    for (let left = topic.waiting.length; left > 0; left--) {
      const item = topic.waiting.shift();
      if (item === undefined) return;
      if (topic.queues.length === 0 || (item.record.partition ?? 0) >= topic.queues.length) {
        topic.waiting.push(item);
        continue;
      }
      this.#waitingRecords--;
      this.#bytes -= item.bytes;
      topic.bytes -= item.bytes;
      this.#appendTo(topic, item.record, item.onDelivery);
    }
  }

  #failWaiting(topic: TopicQueues, error: Error): void {
    const item = topic.waiting.shift();
    if (item === undefined) return;
    this.#waitingRecords--;
    this.#bytes -= item.bytes;
    topic.bytes -= item.bytes;
    this.refuse(error, item.record, item.onDelivery);
  }
}

function oldestOf(unsettled: ReadonlySet<ProducerBatch>): number {
  for (const batch of unsettled) return Math.floor(batch.id);
  return Number.POSITIVE_INFINITY;
}

/** Puts the parts of a batch in its place: the set stays in the order of age, which a flush relies on. */
function replaceIn(
  unsettled: Set<ProducerBatch>,
  batch: ProducerBatch,
  parts: readonly ProducerBatch[],
): void {
  unsettled.delete(batch);
  const all = [...unsettled, ...parts].toSorted((a, b) => a.id - b.id);
  unsettled.clear();
  for (const each of all) unsettled.add(each);
}
