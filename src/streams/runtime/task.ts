import { assertDefined } from '../../base/assert.ts';
import type { Logger } from '../../base/logger.ts';
import type { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import type { SharedRecords } from '../../client/consumer/shared-records.ts';
import type { IsolationLevel } from '../../client/types.ts';
import type { PunctuationType } from '../processor.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import { createStore } from '../state/create-store.ts';
import type { StoreEngine, WriteBatch } from '../state/engine.ts';
import type { ChangelogRecord, ManagedStore } from '../state/managed-store.ts';
import type { Topology } from '../topology/topology.ts';
import { CacheFlush } from './cache-flush.ts';
import { Executor } from './executor.ts';
import type { FailureHandlers } from './failures.ts';
import { IdleTime } from './idle-time.ts';
import { nodeContexts } from './node-context.ts';
import { ProcessingTurn } from './processing-turn.ts';
import { ProcessorMetadata } from './processor-metadata.ts';
import { QueueOrder } from './queue-order.ts';
import type { RecordCollector } from './record-collector.ts';
import { RecordDeserializer } from './record-deserializer.ts';
import { type InputRecord, RecordQueue } from './record-queue.ts';
import { recordSink } from './record-sink.ts';
import type { SharedDecoding } from './shared-decoding.ts';
import { noteRestoredFromSource } from './restored-from-source.ts';
import { storesInOrder } from './store-order.ts';
import { TaskFailures } from './task-failures.ts';
import { TaskMetrics } from './task-metrics.ts';
import { instantiate, type TaskNodes } from './task-nodes.ts';
import { TaskOffsets } from './task-offsets.ts';
import { type OnTime, TaskTime } from './task-time.ts';
import { changelogTopicName } from './topic-plan.ts';
import { UnwritableValues } from './unwritable-values.ts';

/** What a task is told by the thread, or the test driver, that it runs on. */
interface TaskSettings {
  readonly taskId: string;
  readonly applicationId: string;
  readonly topology: Topology;
  readonly nodeNames: readonly string[];
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
  /** `idle.source.ms`; by default, and where it is -1, time never goes on without records. */
  readonly idleSourceMs?: number;
  /** See {@link StoreEnvironment.hidesExpired}; off by default. */
  readonly hidesExpired?: boolean;
  /** See {@link StoreEnvironment.queryIsolation}; `read_uncommitted` by default. */
  readonly queryIsolation?: IsolationLevel;
  readonly logger: Logger;
  readonly drops: RepeatedWarnings;
  /** What its records are read with together with other applications; without it, it reads them alone. */
  readonly decoding?: SharedDecoding | undefined;
  /** Taken while it runs, but for {@link Task.processNext}, of whose records there is one after the other. */
  readonly turn?: ProcessingTurn | undefined;
}

/**
 * One instance of a sub-topology, for one partition of its topics: its operators, stores and waiting records. A task is
 * changed by one loop only, and processes one record at a time. What it does in a commit is told at {@link CommitProtocol}.
 */
export class Task {
  readonly id: string;
  readonly metrics = new TaskMetrics();
  readonly stores: ReadonlyMap<string, ManagedStore>;
  readonly queues: readonly RecordQueue[];
  readonly offsets: TaskOffsets;
  readonly #settings: TaskSettings;
  readonly #turn: ProcessingTurn;
  readonly #executor: Executor;
  readonly #deserializer: RecordDeserializer;
  readonly #time: TaskTime;
  readonly #metadata: ProcessorMetadata;
  readonly #idle: IdleTime | undefined;
  readonly #caches: CacheFlush;
  readonly #unwritable: UnwritableValues;
  readonly #nodes: TaskNodes;
  readonly #order = new QueueOrder();
  commitRequested = false;
  /** Its changes are gone. */
  isClosed = false;
  /** Commits in which there was nothing new, one after the other. */
  #quietCommits = 0;
  /** It has failed at a record of which nothing was processed: its state is that of the records before. */
  hasFailedAtInput = false;
  /** Since when it has waited for a dry input, -1 while it does not. */
  idleSinceMs = -1;

  constructor(settings: TaskSettings) {
    const { taskId, topology, nodeNames, logger } = settings;
    const { metrics } = this;
    this.id = taskId;
    this.#settings = settings;
    const turn = (this.#turn = settings.turn ?? new ProcessingTurn());
    const executor = (this.#executor = new Executor(
      (error, node, record) => failures.handle('processing', error, failures.at(node.name, record)),
      turn,
    ));
    const { current } = executor;
    const failures = new TaskFailures({ ...settings, metrics, current });
    this.#deserializer = new RecordDeserializer(failures);
    const metadata = (this.#metadata = new ProcessorMetadata());
    const { idleSourceMs = -1 } = settings;
    this.#idle = idleSourceMs >= 0 ? new IdleTime(idleSourceMs) : undefined;
    const time = (this.#time = new TaskTime(settings.wallClockMs, metadata));
    const storeNames = storesInOrder(topology, nodeNames);
    const stores = (this.stores = new Map(storeNames.map((name) => [name, this.#createStore(name)])));
    this.#caches = new CacheFlush(stores.values(), (pending, index) =>
      executor.runHeld(pending, index, time.streamTimeMs),
    );
    this.#unwritable = new UnwritableValues({ stores: [...stores.values()], topology, nodeNames, failures });
    const requestCommit = (): void => {
      this.commitRequested = true;
    };
    this.#nodes = instantiate({
      topology,
      nodeNames,
      executor,
      contextFor: nodeContexts({ ...settings, executor, failures, time, stores, metadata, requestCommit }),
      sink: (node) => recordSink(node, { ...settings, failures, metrics, current }),
      onTimed: (operator, above) => time.tell(operator, above),
    });
    this.queues = settings.inputs.map((input) => this.#queueFor(input));
    this.offsets = new TaskOffsets({ taskId, queues: this.queues, metadata, logger });
  }

  get bufferedCount(): number {
    let count = 0;
    for (const queue of this.queues) count += queue.size;
    return count;
  }

  /** How many of its inputs have nothing that waits. */
  get dryCount(): number {
    const { queues } = this;
    let dry = 0;
    for (let i = 0; i < queues.length; i++) if (queues[i]?.size === 0) dry++;
    return dry;
  }

  changelogTopicOf(store: string): string {
    return changelogTopicName(this.#settings.applicationId, store);
  }

  /**
   * Takes up from what was committed with its offsets, which comes before the first record, and opens its stores.
   * @throws {OperationalError} see {@link noteRestoredFromSource}.
   */
  open(committed: Parameters<TaskOffsets['restore']>[0] = []): void | Promise<void> {
    this.#quietCommits = 0;
    this.#time.streamTimeMs = Math.max(this.#time.streamTimeMs, this.offsets.restore(committed));
    const { topology } = this.#settings;
    noteRestoredFromSource({ id: this.id, topology, stores: this.stores.values(), metadata: this.#metadata });
    const opening = [...this.stores.values()]
      .map((store) => store.open())
      .filter((each) => each !== undefined);
    return opening.length === 0 ? undefined : Promise.all(opening).then(() => undefined);
  }

  /**
   * Deserializes records and queues them, asking the stores for what they will need.
   * @param shared the same records, where the tasks of other applications read them, too.
   */
  addRecords(queue: RecordQueue, records: Iterable<InputRecord>, shared?: SharedRecords): void {
    const wasEmpty = queue.size === 0;
    this.#turn.during(() => this.#deserializer.addAll(queue, records, shared));
    if (wasEmpty && queue.size > 0) this.#order.offer(queue);
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

  /**
   * Processes the record with the least time among the heads of the queues (see {@link QueueOrder}); false when there is none.
   * @throws {StreamsFailure} of a record that cannot be read, and that stays where it is: what came before it can be committed.
   */
  processNext(): boolean | Promise<boolean> {
    const queue = this.#order.first;
    if (queue === undefined) return false;
    const item = assertDefined(queue.first, 'the queue has a head');
    if (item.onTurn !== undefined) this.#takeTurn(item.onTurn);
    this.#takeFirst(queue);
    this.#quietCommits = 0;
    queue.nextOffset = item.offset + 1;
    if (item.record === undefined) return true;
    this.#executor.current.begin(queue, item);
    if (item.timestamp > queue.partitionTime) {
      queue.partitionTime = item.timestamp;
      if (item.timestamp > this.#time.streamTimeMs) this.#time.streamTimeMs = item.timestamp;
    }
    this.metrics.processed++;
    if (queue.source.isRepartition) this.metrics.fromRepartition++;
    const waiting = this.#executor.run(queue.source.entry, item.record);
    return waiting ? waiting.then(() => true) : true;
  }

  /** Runs the punctuators that are due; answers a promise only when one of them, or of its records, has to wait. */
  punctuate(type: PunctuationType): void | Promise<void> {
    if (!this.#time.isDue(type)) return;
    const now = this.#time.now(type);
    return this.#tell(this.#time.takeDue(type, now), now, 0);
  }

  /** Milliseconds until a punctuator is due by the wall clock; infinite where there is none. */
  get wallClockDueInMs(): number {
    return this.#time.wallClockDueInMs;
  }

  /**
   * Nothing has happened since it was committed, and then once more, with what the commit itself has left: state that has
   * expired goes after a commit, and with the next one.
   */
  get isSettled(): boolean {
    return this.#quietCommits > 1 && !this.commitRequested;
  }

  /** Lets stream time go on with the wall clock where no records come (`idle.source.ms`). To be called now and then. */
  goOnIdle(monotonicMs: number): void | Promise<void> {
    const { processed } = this.metrics;
    const { streamTimeMs } = this.#time;
    const timeMs = this.#idle?.streamTimeAt({ monotonicMs, processed, streamTimeMs });
    if (timeMs === undefined || !this.#time.isDueWithoutRecords(timeMs)) return;
    // What a cached store holds back belongs to the windows that are to be told now.
    const waiting = this.flushCaches();
    if (waiting) return waiting.then(() => this.#tell(this.#time.goOn(timeMs), timeMs, 0));
    return this.#tell(this.#time.goOn(timeMs), timeMs, 0);
  }

  /**
   * Forwards what cached stores have held back, until none holds anything back. A value that its store cannot write is not
   * forwarded, nor left for the steps of a commit that come next; see {@link UnwritableValues}.
   */
  flushCaches(): void | Promise<void> {
    const waiting = this.#unwritable.takeBack();
    return waiting ? waiting.then(() => this.#flushCaches()) : this.#flushCaches();
  }

  #flushCaches(): void | Promise<void> {
    const waiting = this.#turn.during(() => this.#caches.run());
    return waiting ? waiting.then(() => this.#unwritable.takeBack()) : this.#unwritable.takeBack();
  }

  /** Sends the changes of all logged stores to their changelogs; `to` is given the topic as on the broker. */
  logChanges(to: (store: string, topic: string) => (record: ChangelogRecord) => void): void {
    for (const store of this.stores.values()) {
      if (!store.definition.loggingEnabled) continue;
      const log = to(store.name, this.changelogTopicOf(store.name));
      this.#unwritable.naming(store.name, () => store.logChanges(log));
    }
  }

  writeTo(batch: WriteBatch, accepts: (store: string) => boolean = () => true): void {
    for (const store of this.stores.values()) {
      if (accepts(store.name)) this.#unwritable.naming(store.name, () => store.writeTo(batch));
    }
  }

  committed(): void {
    this.metrics.commits++;
    this.#quietCommits++;
    this.commitRequested = false;
    for (const store of this.stores.values()) store.committed();
  }

  /** Between commits: lets go of clean entries beyond the budget. */
  evict(): void {
    for (const store of this.stores.values()) store.evict();
  }

  async expire(): Promise<void> {
    for (const store of this.stores.values()) await store.expire();
  }

  /** Closes operators and drops everything that is not committed. */
  close(): void {
    this.isClosed = true;
    try {
      this.#nodes.close();
    } finally {
      for (const store of this.stores.values()) store.close();
      for (const queue of this.queues) queue.close();
      this.#order.clear();
      this.#settings.drops.flush();
    }
  }

  #takeTurn(onTurn: () => void): void {
    this.hasFailedAtInput = true;
    onTurn();
    this.hasFailedAtInput = false;
  }

  /** Passes over a record that could not be read, of a driver that goes on after it. */
  passFailed(): void {
    if (!this.hasFailedAtInput) return;
    this.hasFailedAtInput = false;
    if (this.#order.first) this.#takeFirst(this.#order.first);
  }

  /** Takes the first record of a queue that has the turn. */
  #takeFirst(queue: RecordQueue): void {
    this.#order.takeFirst();
    queue.shift();
    if (queue.size > 0) this.#order.offer(queue);
  }

  /** Calls one after the other; what each has forwarded is done before the next is called. */
  #tell(calls: readonly OnTime[], now: number, first: number): void | Promise<void> {
    if (calls.length > 0) this.#quietCommits = 0;
    return this.#turn.during(() => this.#tellInTurn(calls, now, first));
  }

  #tellInTurn(calls: readonly OnTime[], now: number, first: number): void | Promise<void> {
    const held = { forward: (index: number): void | Promise<void> => calls[index]?.(now) };
    for (let i = first; i < calls.length; i++) {
      const waiting = this.#executor.runHeld(held, i, now);
      if (waiting) return waiting.then(() => this.#tell(calls, now, i + 1));
    }
  }

  #createStore(name: string): ManagedStore {
    const { topology, budget, cachingEnabled } = this.#settings;
    const { hidesExpired = false, queryIsolation = 'read_uncommitted' } = this.#settings;
    const definition = assertDefined(topology.stores.get(name), `no store ${name}`);
    const { current } = this.#executor;
    return createStore(
      { ...definition, cachingEnabled: definition.cachingEnabled && cachingEnabled },
      {
        ...this.#settings.engineFor(name),
        budget,
        changelogTopic: this.changelogTopicOf(name),
        origin: () => current.origin(),
        resume: (origin) => current.resume(origin),
        timestamp: () => current.timestamp,
        storeTime: this.#metadata.entry(`${name}/store-time`),
        hidesExpired,
        queryIsolation,
      },
    );
  }

  #queueFor({ topic, partition }: TaskSettings['inputs'][number]): RecordQueue {
    const source = this.#nodes.sources.find(({ node }) =>
      node.topics.some((name) => this.#settings.topicName(name) === topic),
    );
    return new RecordQueue(
      topic,
      partition,
      assertDefined(source, `task ${this.id} has no source for ${topic}`),
      this.#settings.decoding,
    );
  }
}
