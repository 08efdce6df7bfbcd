import { assert, assertDefined, mustStop } from '../../base/assert.ts';
import { viewOf } from '../../base/buffer-view.ts';
import { partitionOfKey } from '../../base/murmur2.ts';
import type { LogFields, Logger } from '../../base/logger.ts';
import type { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import type { OffsetAndMetadata, TopicPartition } from '../../client/types.ts';
import type { DropReason, OperatorContext } from '../operators/operator.ts';
import { partitionOf, settled, topicOf } from '../operators/user-answers.ts';
import type { Punctuator } from '../processor.ts';
import { isEventTime, nearestEventTime, wrongEventTime } from '../event-time.ts';
import { StreamRecord, type RecordContext } from '../record.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import { createStore } from '../state/create-store.ts';
import type { StoreEngine, WriteBatch } from '../state/engine.ts';
import type { ChangelogRecord, ManagedStore, PendingChanges, RecordOrigin } from '../state/managed-store.ts';
import type { StoreHandle } from '../state/store-handle.ts';
import type { AnyRecord, SinkNode } from '../topology/nodes.ts';
import type { SourceRecord } from '../timestamp-extractor.ts';
import type { Topology } from '../topology/topology.ts';
import { windowLengthOf } from '../windows/windowed-serdes.ts';
import { Executor, type RuntimeNode } from './executor.ts';
import { type FailureContext, StreamsFailure, type FailureHandlers, type FailureKind } from './failures.ts';
import { ProcessorMetadata } from './processor-metadata.ts';
import { Punctuations } from './punctuations.ts';
import type { RecordCollector } from './record-collector.ts';
import { RecordQueue, type InputRecord } from './record-queue.ts';
import { instantiate, type TaskNodes } from './task-nodes.ts';
import { TaskMetrics } from './task-metrics.ts';
import { changelogTopicName } from './topic-plan.ts';
import type { ProcessedOffsets } from './processed-offsets.ts';
import { decodeTopicPartitionMetadata, encodeTopicPartitionMetadata } from './topic-partition-metadata.ts';

/** What a task is told by the thread, or the test driver, that it runs on. */
interface TaskSettings {
  readonly taskId: string;
  readonly applicationId: string;
  readonly topology: Topology;
  readonly nodeNames: readonly string[];
  readonly storeNames: readonly string[];
  /** The partitions that it reads, by topic as on the broker. */
  readonly inputs: readonly { readonly topic: string; readonly partition: number }[];
  /** The name on the broker of a topic of the topology. */
  readonly topicName: (name: string) => string;
  readonly engineFor: (store: string) => { readonly engine: StoreEngine; readonly prefix: string };
  readonly budget: CacheBudget;
  readonly collector: RecordCollector;
  readonly handlers: FailureHandlers;
  readonly wallClockMs: () => number;
  readonly config: (name: string) => string | number | boolean | undefined;
  readonly cachingEnabled: boolean;
  readonly logger: Logger;
  readonly drops: RepeatedWarnings;
}

/**
 * One instance of a sub-topology, for one partition of its topics: its operators, stores and waiting records. A task is
 * changed by one loop only, and processes one record at a time.
 *
 * A commit goes: {@link Task.flushCaches}, {@link Task.logChanges}, then (by the thread) producer flush, offsets, and one
 * atomic write of {@link Task.writeTo} with the changelog offsets, then {@link Task.committed}. A crash before the local
 * write leaves an older, consistent state whose changelog offset is older too: the tail is restored.
 */
export class Task {
  readonly id: string;
  readonly metrics = new TaskMetrics();
  readonly stores: ReadonlyMap<string, ManagedStore>;
  readonly queues: readonly RecordQueue[];
  readonly #settings: TaskSettings;
  readonly #executor: Executor;
  readonly #nodes: TaskNodes;
  readonly #punctuations = new Punctuations();
  readonly #shared = new Map<string, unknown>();
  readonly #processorMetadata = new ProcessorMetadata();
  #streamTime = -1;
  /** A copy of the current record's context, made when a store first asks for it. */
  #origin: RecordOrigin | undefined;
  commitRequested = false;
  /** Since when it has waited for a dry input, -1 while it does not. */
  idleSinceMs = -1;

  constructor(settings: TaskSettings) {
    this.id = settings.taskId;
    this.#settings = settings;
    this.#executor = new Executor((error, node) => this.#handleFailure('processing', error, node.name));
    this.stores = new Map(settings.storeNames.map((name) => [name, this.#createStore(name)]));
    this.#nodes = instantiate({
      topology: settings.topology,
      nodeNames: settings.nodeNames,
      executor: this.#executor,
      contextFor: (name, node) => this.#contextFor(name, node),
      sink: (node) => this.#sinkFor(node),
    });
    this.queues = settings.inputs.map(({ topic, partition }) => {
      const source = this.#nodes.sources.find(({ node }) =>
        node.topics.some((name) => settings.topicName(name) === topic),
      );
      return new RecordQueue(
        topic,
        partition,
        assertDefined(source, `task ${this.id} has no source for ${topic}`),
      );
    });
  }

  get bufferedCount(): number {
    let count = 0;
    for (const queue of this.queues) count += queue.size;
    return count;
  }

  get streamTimeMs(): number {
    return this.#streamTime;
  }

  changelogTopicOf(store: string): string {
    return changelogTopicName(this.#settings.applicationId, store);
  }

  /** Deserializes records and queues them, asking the stores for what they will need. */
  addRecords(queue: RecordQueue, records: Iterable<InputRecord>): void {
    for (const input of records) this.#addRecord(queue, input);
  }

  /** Fetches everything that the queued records were found to need; undefined when it is all in memory. */
  loadPrefetched(): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined;
    for (const store of this.stores.values()) {
      const loading = store.loadPrefetched();
      if (loading) (waiting ??= []).push(loading);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  /** Processes the record with the least time among the heads of the queues; false when there is none. */
  processNext(): boolean | Promise<boolean> {
    const queue = this.#nextQueue();
    if (queue === undefined) return false;
    const item = assertDefined(queue.shift(), 'the queue has a head');
    queue.nextOffset = item.offset + 1;
    if (item.record === undefined) return true;
    const { current } = this.#executor;
    current.topic = queue.topic;
    current.partition = queue.partition;
    current.offset = item.offset;
    this.#origin = undefined;
    if (item.timestamp > queue.partitionTime) {
      queue.partitionTime = item.timestamp;
      if (item.timestamp > this.#streamTime) this.#streamTime = item.timestamp;
    }
    this.metrics.processed++;
    if (queue.source.isRepartition) this.metrics.fromRepartition++;
    const waiting = this.#executor.run(queue.source.entry, item.record);
    return waiting ? waiting.then(() => true) : true;
  }

  /** Runs the punctuators that are due; answers a promise only when one of their records has to wait. */
  punctuate(type: 'stream-time' | 'wall-clock-time'): void | Promise<void> {
    if (this.#punctuations.isEmpty) return;
    const now = type === 'stream-time' ? this.#streamTime : this.#settings.wallClockMs();
    return this.#runAll(this.#punctuations.due(type, now), now);
  }

  /** Forwards what cached stores have held back, upstream stores first. */
  flushCaches(): void | Promise<void> {
    const stores = [...this.stores.values()];
    const flushFrom = (index: number): void | Promise<void> => {
      for (let i = index; i < stores.length; i++) {
        const pending = stores[i]?.takePending?.();
        const waiting = pending && this.#forwardAll(pending, 0);
        if (waiting) return waiting.then(() => flushFrom(i + 1));
      }
    };
    return flushFrom(0);
  }

  /** Sends the changes of all logged stores to their changelogs; `to` is given the topic as on the broker. */
  logChanges(to: (store: string, topic: string) => (record: ChangelogRecord) => void): void {
    for (const store of this.stores.values()) {
      if (store.definition.loggingEnabled)
        store.logChanges(to(store.name, this.changelogTopicOf(store.name)));
    }
  }

  writeTo(batch: WriteBatch, accepts: (store: string) => boolean = () => true): void {
    for (const store of this.stores.values()) if (accepts(store.name)) store.writeTo(batch);
  }

  /** Writes what has been restored into a store, together with what `also` adds to the batch. */
  async writeRestored(store: ManagedStore, also: (batch: WriteBatch) => void): Promise<void> {
    const { engine } = this.#settings.engineFor(store.name);
    await engine.write((batch) => {
      store.writeTo(batch);
      also(batch);
    });
    store.committed();
  }

  committed(): void {
    this.metrics.commits++;
    this.commitRequested = false;
    for (const store of this.stores.values()) store.committed();
  }

  /**
   * Takes up where the offsets of its partitions were committed: their times, and what processors noted with them.
   * Called before the first record.
   */
  restoreMetadata(committed: readonly OffsetAndMetadata[]): void {
    for (const { topic, partition, metadata = '' } of committed) {
      const queue = this.queues.find((each) => each.topic === topic && each.partition === partition);
      if (queue === undefined || metadata === '') continue;
      const decoded = decodeTopicPartitionMetadata(metadata);
      if (decoded === undefined) {
        this.#settings.logger.warn('the metadata of a committed offset is not known', { topic, partition });
        continue;
      }
      queue.partitionTime = queue.queuedTime = decoded.partitionTime;
      this.#streamTime = Math.max(this.#streamTime, decoded.partitionTime);
      this.#processorMetadata.update(decoded.processorMetadata);
    }
  }

  /**
   * Finds partitions of which less is committed than was: their records are processed a second time, at least once as it is
   * promised, and not in silence.
   */
  findRewinds(committed: readonly OffsetAndMetadata[], processed: ProcessedOffsets): void {
    for (const queue of this.queues) {
      const { topic, partition } = queue;
      const offset = committed.find((each) => each.topic === topic && each.partition === partition)?.offset;
      const before = processed.of(this.id, queue);
      if (before === undefined || before <= (offset ?? -1)) continue;
      queue.rewoundFrom = before;
      this.#settings.logger.warn(
        'the group has lost committed offsets: records are processed a second time, and what counts them is too high',
        { taskId: this.id, topic, partition, committed: offset ?? null, processed: before },
      );
    }
  }

  /**
   * What has to be committed: partitions that have moved on, and all of them when processors have noted something.
   * `positionOf` is the consumer's position: with nothing queued the task is there, past what is no record (markers of
   * transactions), so that the group's lag ends at 0.
   */
  committableOffsets(
    positionOf: (partition: TopicPartition) => number | undefined,
  ): readonly OffsetAndMetadata[] {
    const offsets: OffsetAndMetadata[] = [];
    const processorMetadata = this.#processorMetadata.values();
    const all = this.#processorMetadata.needsCommit;
    for (const queue of this.queues) {
      const { topic, partition, partitionTime } = queue;
      if (queue.size === 0 && (all || queue.nextOffset >= 0))
        queue.nextOffset = Math.max(queue.nextOffset, positionOf(queue) ?? -1);
      if (queue.nextOffset < 0 || (!all && queue.nextOffset === queue.committedOffset)) continue;
      const metadata = encodeTopicPartitionMetadata({ partitionTime, processorMetadata });
      offsets.push({ topic, partition, offset: queue.nextOffset, metadata });
    }
    return offsets;
  }

  /** The offsets of {@link Task.committableOffsets}, if there were any, are committed. */
  offsetsCommitted(): void {
    for (const queue of this.queues) queue.committedOffset = queue.nextOffset;
    this.#processorMetadata.committed();
  }

  /** Between commits: lets go of clean entries beyond the budget. */
  evict(): void {
    for (const store of this.stores.values()) store.evict();
  }

  async expire(): Promise<void> {
    for (const store of this.stores.values()) await store.expire();
  }

  async open(): Promise<void> {
    for (const store of this.stores.values()) await store.open();
  }

  /** Closes operators and drops everything that is not committed. */
  close(): void {
    try {
      this.#nodes.close();
    } finally {
      for (const store of this.stores.values()) store.close();
      for (const queue of this.queues) queue.clear();
      this.#settings.drops.flush();
    }
  }

  #addRecord(queue: RecordQueue, input: InputRecord): void {
    const { node, prefetches } = queue.source;
    const { topic, partition } = queue;
    const { offset, headers } = input;
    let key: unknown = null;
    let value: unknown = null;
    try {
      if (input.key !== null)
        key = settled(node.keySerde.deserialize(topic, input.key, headers), 'the serde of the key', 'serde');
      if (input.value !== null)
        value = settled(
          node.valueSerde.deserialize(topic, input.value, headers),
          'the serde of the value',
          'serde',
        );
    } catch (error) {
      if (mustStop(error)) throw error;
      const context = { topic, partition, offset, taskId: this.id, nodeName: node.name };
      if (this.#settings.handlers.deserialization(error, context) === 'fail') {
        throw new StreamsFailure('deserialization', context, error);
      }
      this.#drop('deserialization', () => ({ ...context, error }));
      this.#skip(queue, offset);
      return;
    }
    const recorded = nearestEventTime(input.timestamp);
    const source = { topic, partition, offset, timestamp: recorded, key, value, headers };
    const timestamp = this.#extractTime(queue, source);
    if (timestamp < 0) {
      this.#drop('invalid-timestamp', () => ({
        topic,
        partition,
        offset,
        taskId: this.id,
        nodeName: node.name,
      }));
      this.#skip(queue, offset);
      return;
    }
    queue.queuedTime = Math.max(queue.queuedTime, timestamp);
    if (input.key !== null) {
      for (let i = 0; i < prefetches.length; i++) prefetches[i]?.prefetch?.(input.key, timestamp);
    }
    const record = new StreamRecord(key, value, timestamp, headers);
    queue.push({ offset, timestamp, keyBytes: input.key, record });
  }

  /** Asks the extractor; no handler is asked to forgive what it throws, as in Kafka Streams. */
  #extractTime(queue: RecordQueue, record: SourceRecord<unknown, unknown>): number {
    const { node } = queue.source;
    try {
      const timestamp: unknown = node.timestampExtractor(record, queue.queuedTime);
      if (isEventTime(timestamp)) return timestamp;
      const giver = 'the timestamp extractor';
      throw wrongEventTime(giver, settled(timestamp, giver, 'arrival'), 'answer -1 to drop the record');
    } catch (error) {
      if (mustStop(error)) throw error;
      const { topic, partition, offset } = record;
      const context = { topic, partition, offset, taskId: this.id, nodeName: node.name };
      throw new StreamsFailure('processing', context, error);
    }
  }

  /** Counts a record that is passed over, and tells of it; what is told is put together only where it is told. */
  #drop(reason: DropReason, told: () => LogFields): void {
    this.metrics.drop(reason);
    this.#settings.drops.warn(reason, `records are dropped: ${reason}`, told);
  }

  /** The offset of a record that is not processed is committed all the same. */
  #skip(queue: RecordQueue, offset: number): void {
    queue.push({ offset, timestamp: queue.queuedTime, keyBytes: null, record: undefined });
  }

  #nextQueue(): RecordQueue | undefined {
    let best: RecordQueue | undefined;
    let bestTimestamp = 0;
    for (let i = 0; i < this.queues.length; i++) {
      const queue = this.queues[i];
      const head = queue?.first;
      // The first head is taken whatever its time: none can be passed over for ever.
      if (head !== undefined && (best === undefined || head.timestamp < bestTimestamp)) {
        best = queue;
        bestTimestamp = head.timestamp;
      }
    }
    return best;
  }

  #forwardAll(pending: PendingChanges, from: number): void | Promise<void> {
    for (let i = from; i < pending.count; i++) {
      this.#beginForward(this.#streamTime);
      pending.forward(i);
      const waiting = this.#endForward();
      if (waiting) return waiting.then(() => this.#forwardAll(pending, i + 1));
    }
  }

  #runAll(calls: readonly (() => void)[], timestamp: number): void | Promise<void> {
    for (const [i, call] of calls.entries()) {
      this.#beginForward(timestamp);
      call();
      const waiting = this.#endForward();
      if (waiting) return waiting.then(() => this.#runAll(calls.slice(i + 1), timestamp));
    }
  }

  /** Before something that forwards records that come from none. */
  #beginForward(timestamp: number): void {
    this.#executor.current.clear(timestamp);
    this.#origin = undefined;
  }

  /** Behind it: does all that comes of what was forwarded. */
  #endForward(): void | Promise<void> {
    this.#origin = undefined;
    return this.#executor.drain();
  }

  #createStore(name: string): ManagedStore {
    const { topology, budget, cachingEnabled } = this.#settings;
    const definition = assertDefined(topology.stores.get(name), `no store ${name}`);
    const { current } = this.#executor;
    return createStore(
      { ...definition, cachingEnabled: definition.cachingEnabled && cachingEnabled },
      {
        ...this.#settings.engineFor(name),
        budget,
        changelogTopic: this.changelogTopicOf(name),
        origin: () => (this.#origin ??= originOf(current)),
        resume: (origin) => current.resume(origin),
        timestamp: () => current.timestamp,
      },
    );
  }

  #contextFor(nodeName: string, node: () => RuntimeNode): OperatorContext {
    const settings = this.#settings;
    const executor = this.#executor;
    const forward = (record: AnyRecord): void => executor.forward(node(), record);
    return {
      nodeName,
      applicationId: settings.applicationId,
      taskId: this.id,
      record: executor.current,
      forward,
      forwardTo(index, record) {
        executor.push(assertDefined(node().children[index], `${nodeName} has no child ${index}`), record);
      },
      childIndex(name) {
        const index = node().children.findIndex((child) => child.name === name);
        assert(index >= 0, `${nodeName} has no child named ${name}`);
        return index;
      },
      store: <S extends StoreHandle>(name: string): S =>
        // The operator was built together with the store's definition and knows its kind.
        assertDefined(
          this.stores.get(name),
          `${nodeName} is not connected to a store ${name}`,
        ) as StoreHandle as S,
      shared: <T>(name: string, create: () => T): T => {
        if (!this.#shared.has(name)) this.#shared.set(name, create());
        return this.#shared.get(name) as T;
      },
      processorMetadata: (key) => this.#processorMetadata.entry(key),
      dropped: (reason) => this.#drop(reason, () => ({ ...this.#currentAt(nodeName) })),
      schedule: (options) => {
        const callback: Punctuator = (timestamp) => {
          try {
            options.callback(timestamp);
          } catch (error) {
            this.#handleFailure('processing', error, nodeName);
          }
        };
        return this.#punctuations.add({ ...options, callback }, settings.wallClockMs());
      },
      requestCommit: () => {
        this.commitRequested = true;
      },
      streamTimeMs: () => this.#streamTime,
      wallClockMs: settings.wallClockMs,
      config: settings.config,
    };
  }

  #sinkFor(node: SinkNode): (record: AnyRecord) => void | Promise<void> {
    const { collector, topicName } = this.#settings;
    const { current } = this.#executor;
    const { partitioner } = node;
    const { repartitionTopics } = this.#settings.topology;
    const isRepartition = typeof node.topic === 'string' && repartitionTopics.has(node.topic);
    const fixed = typeof node.topic === 'string' ? topicName(node.topic) : undefined;
    const windowLength = partitioner === undefined && !isRepartition ? windowLengthOf(node.keySerde) : 0;
    const send = (record: AnyRecord): void | Promise<void> => {
      const { key, value, timestamp, headers } = record;
      try {
        const topic =
          fixed ?? (typeof node.topic === 'string' ? node.topic : topicOf(node.topic(key, value, current)));
        const keyBytes =
          key == null
            ? null
            : settled(node.keySerde.serialize(topic, key, headers), 'the serde of the key', 'serde');
        const valueBytes =
          value == null
            ? null
            : settled(node.valueSerde.serialize(topic, value, headers), 'the serde of the value', 'serde');
        let partition: number | undefined;
        if (partitioner !== undefined || windowLength > 0) {
          const count = collector.partitionCount(topic);
          if (typeof count !== 'number') {
            return count.then(
              () => send(record),
              (error: unknown) => this.#handleFailure('production', error, node.name),
            );
          }
          if (partitioner !== undefined)
            partition = partitionOf(partitioner(topic, key, value, count, current), count);
          else if (keyBytes !== null)
            partition = partitionOfKey(viewOf(keyBytes, 0, keyBytes.length - windowLength), count);
        }
        collector.send({ topic, partition, key: keyBytes, value: valueBytes, timestamp, headers });
        this.metrics.produced++;
        if (isRepartition) this.metrics.toRepartition++;
      } catch (error) {
        this.#handleFailure('production', error, node.name);
      }
    };
    return send;
  }

  #handleFailure(kind: FailureKind, error: unknown, nodeName: string): void {
    // No handler is asked to forgive a bug.
    if (error instanceof StreamsFailure || mustStop(error)) throw error;
    const context = this.#currentAt(nodeName);
    if (this.#settings.handlers[kind](error, context) === 'fail')
      throw new StreamsFailure(kind, context, error);
    this.#drop(kind, () => ({ ...context, error }));
  }

  /** The record in flight, and where it is. */
  #currentAt(nodeName: string): FailureContext {
    const { topic, partition, offset } = this.#executor.current;
    return { topic, partition, offset, taskId: this.id, nodeName };
  }
}

function originOf(current: RecordContext): RecordOrigin {
  const { topic, partition, offset, headers } = current;
  return { topic, partition, offset, headers };
}
