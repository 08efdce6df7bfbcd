import { nonEmptyText } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { silentLogger, type Logger } from '../../base/logger.ts';
import type { OffsetAndMetadata } from '../../client/types.ts';
import { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import { unknownName } from '../../base/unknown-name.ts';
import { NO_HEADERS, type Header } from '../record.ts';
import { AT_LEAST_ONCE, type CommitActions, CommitProtocol } from '../runtime/commit-protocol.ts';
import { failureHandlers, type FailureHandler, type FailureKind } from '../runtime/failures.ts';
import { inBytes, type OutputRecord } from '../runtime/record-collector.ts';
import {
  checkStoreKind,
  KEY_VALUE_KINDS,
  type StoreKinds,
  WINDOW_KINDS,
} from '../runtime/queryable-stores.ts';
import type { RecordQueue } from '../runtime/record-queue.ts';
import { Task } from '../runtime/task.ts';
import type { TaskCounts } from '../runtime/task-metrics.ts';
import type { operatorConfig } from '../operators/operator-config.ts';
import { internalTopicNames } from '../runtime/topic-plan.ts';
import { CacheBudget } from '../state/cache-budget.ts';
import { MemoryEngine } from '../state/memory-engine.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../state/store.ts';
import type { Topology } from '../topology/topology.ts';
import {
  checkAdvance,
  checkDriver,
  checkRawRecord,
  checkSerdes,
  type TopicSerdes,
} from './check-arguments.ts';
import { TestInputTopic, TestOutputTopic } from './test-topics.ts';

/** A record in bytes, as a topic holds it. */
export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers?: readonly Header[];
}

/** Closed windows and unmatched records are looked for with every record, as in the driver of Kafka Streams, not once a second. */
const EMITS_AT_ONCE: Readonly<Record<string, number>> = {
  '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': 0,
  '__emit.interval.ms.kstreams.windowed.aggregation__': 0,
} satisfies Partial<Record<keyof typeof operatorConfig, number>>;

export interface TestDriverOptions {
  readonly applicationId?: string;
  /** Where the mocked wall clock starts; it moves only by {@link TopologyTestDriver.advanceWallClock}. */
  readonly wallClockMs?: number;
  /**
   * Off: every update is forwarded. On (by default, as in Kafka Streams): one per key and input record. Off, too, final
   * results of windows are lost when the next record is as late as the driver of Kafka Streams loses them; an application
   * loses none, whatever its cache.
   */
  readonly cachingEnabled?: boolean;
  /** See `idle.source.ms` of an application: the mocked wall clock then tells how long no record came. */
  readonly idleSourceMs?: number;
  /**
   * What operators and processors look up by name. What an application does once a second, emitting windows that have closed and records
   * without a match, the driver does with every record.
   */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue' | FailureHandler>>;
  readonly logger?: Logger;
  /**
   * Goes on where a driver was closed, in its state and at its times: its topology must have had the same stores, in this
   * order.
   */
  readonly resumeFrom?: TopologyTestDriver;
}

/**
 * Runs a topology without a broker: record by record, synchronously, in memory, with a mocked clock. Every input record
 * is processed to the end, through internal topics too, and committed, before the call returns. Where a processor or a
 * punctuator answers a promise, that goes on behind the call: {@link TopologyTestDriver.idle} waits for it.
 *
 * @example
 * const driver = new TopologyTestDriver(builder.build());
 * const words = driver.createInputTopic('words', { keySerde: Serdes.string, valueSerde: Serdes.string });
 * const counts = driver.createOutputTopic('counts', { keySerde: Serdes.string, valueSerde: Serdes.long });
 * words.pipeInput('a', 'hello');
 * counts.readKeyValues(); // [['hello', 1]]
 */
export class TopologyTestDriver {
  readonly #task: Task;
  readonly #engine: MemoryEngine;
  readonly #commits: CommitProtocol<void>;
  readonly #outputs = new Map<string, OutputRecord[]>();
  readonly #produced = new Set<string>();
  readonly #backlog: OutputRecord[] = [];
  readonly #offsets = new Map<RecordQueue, number>();
  readonly #queues = new Map<string, RecordQueue>();
  readonly #outputNames: ReadonlySet<string>;
  /** A function picks the topic of some sink: any name may be one. */
  readonly #choosesTopics: boolean;
  #wallClockMs: number;
  #isClosed = false;
  /** What the offsets would be committed with at the end. */
  #committed: readonly OffsetAndMetadata[] = [];
  /** What is under way, where a processor or punctuator has answered a promise. */
  #waiting: Promise<void> | undefined;
  /** What has failed while nobody waited for it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(topology: Topology, options: TestDriverOptions = {}) {
    checkDriver(topology, options);
    const { applicationId = 'test-driver-application', config = {}, logger = silentLogger } = options;
    this.#wallClockMs = options.wallClockMs ?? 0;
    this.#engine = options.resumeFrom === undefined ? new MemoryEngine() : options.resumeFrom.#engine;
    const internal = new Set(topology.repartitionTopics.keys());
    const topicName = (name: string): string => (internal.has(name) ? `${applicationId}-${name}` : name);
    const topics = [...topology.nodes.values()].flatMap((node) =>
      node.kind === 'source' ? node.topics : [],
    );
    const storeIds = new Map([...topology.stores.keys()].map((name, index) => [name, index]));
    this.#task = new Task({
      taskId: '0_0',
      applicationId,
      topology,
      nodeNames: [...topology.nodes.keys()],
      inputs: topics.map((topic) => ({ topic: topicName(topic), partition: 0 })),
      topicName,
      engineFor: (store) => ({
        engine: this.#engine,
        prefix: String.fromCharCode((storeIds.get(store) ?? 0) >> 8, (storeIds.get(store) ?? 0) & 0xff),
      }),
      budget: new CacheBudget(Number.POSITIVE_INFINITY),
      collector: {
        send: (record) => this.#collect(inBytes(record)),
        partitionCount: () => 1,
      },
      handlers: failureHandlers(options.onFailure ?? {}),
      wallClockMs: () => this.#wallClockMs,
      config: (name) => config[name] ?? EMITS_AT_ONCE[name],
      cachingEnabled: options.cachingEnabled ?? true,
      idleSourceMs: options.idleSourceMs ?? -1,
      hidesExpired: options.cachingEnabled === false,
      logger,
      drops: new RepeatedWarnings(logger, {
        clock: { monotonicMs: () => this.#wallClockMs },
        // What comes after the first of a kind is told when the driver is closed.
        timers: { after: () => ({ cancel: () => undefined }) },
      }),
    });
    this.#commits = new CommitProtocol(AT_LEAST_ONCE, this.#commitActions());
    const sinks = [...topology.nodes.values()].filter((node) => node.kind === 'sink');
    const fixed = sinks.flatMap(({ topic }) => (typeof topic === 'string' ? [topicName(topic)] : []));
    this.#outputNames = new Set([...fixed, ...internalTopicNames(topology, applicationId)]);
    this.#choosesTopics = fixed.length < sinks.length;
    for (const queue of this.#task.queues) this.#queues.set(queue.topic, queue);
    const resumed = options.resumeFrom === undefined ? [] : options.resumeFrom.#committed;
    this.#inTurn(() => this.#task.open(resumed));
  }

  get wallClockMs(): number {
    return this.#wallClockMs;
  }

  /** Names of the topics that something has been written to, changelogs and repartition topics included. */
  get producedTopics(): ReadonlySet<string> {
    return this.#produced;
  }

  get counts(): TaskCounts {
    return this.#task.metrics.snapshot();
  }

  /** @throws {DiagnosticError} for a topic that the topology does not read. */
  createInputTopic<K, V>(topic: string, serdes: TopicSerdes<K, V>): TestInputTopic<K, V> {
    this.#checkInput(topic);
    checkSerdes(serdes, 'serdes');
    return new TestInputTopic(topic, serdes, this);
  }

  /** @throws {DiagnosticError} for a topic that the topology cannot write to: a test of a misspelt one would see nothing. */
  createOutputTopic<K, V>(topic: string, serdes: TopicSerdes<K, V>): TestOutputTopic<K, V> {
    this.#checkOutput(topic);
    checkSerdes(serdes, 'serdes');
    return new TestOutputTopic(topic, serdes, this);
  }

  /** Processes one record of a source topic. @throws {StreamsFailure} when it fails. */
  pipeRaw(topic: string, record: RawRecord): void {
    this.#checkInput(topic);
    checkRawRecord(record, 'record');
    this.#checkOpen();
    this.#inTurn(() => {
      this.#enqueue(topic, record);
      return this.#completeAll();
    });
  }

  /**
   * Resolves when all that was piped in, and all that was scheduled for the time, is done. Needed only where a processor or a
   * punctuator answers promises. @throws {StreamsFailure} when something of it has failed.
   */
  async idle(): Promise<void> {
    while (this.#waiting !== undefined) await this.#waiting;
    this.#throwFailure();
  }

  /** Takes everything that has been written to a topic since the last call. */
  takeRaw(topic: string): readonly OutputRecord[] {
    this.#checkOutput(topic);
    this.#throwFailure();
    if (this.#waiting !== undefined) throw notIdle();
    const records = this.#outputs.get(topic) ?? [];
    this.#outputs.delete(topic);
    return records;
  }

  /** Moves the mocked wall clock on and runs what was scheduled for that time. */
  advanceWallClock(byMs: number): void {
    checkAdvance(byMs, 'byMs');
    this.#checkOpen();
    this.#inTurn(() => {
      const idleFromMs = this.#wallClockMs;
      this.#wallClockMs += byMs;
      // What was processed until now is known by being asked once more, at the time that it was.
      const goingOn = this.#task.goOnIdle(idleFromMs) ?? this.#task.goOnIdle(this.#wallClockMs);
      if (goingOn) return goingOn.then(() => this.#punctuateByWallClock());
      return this.#punctuateByWallClock();
    });
  }

  /** A table's store. @throws {DiagnosticError} when there is no such key-value store. */
  keyValueStore<K, V>(name: string): ReadOnlyKeyValueStore<K, V> {
    return this.#store(name, KEY_VALUE_KINDS) as ReadOnlyKeyValueStore<K, V>;
  }

  /** A windowed table's store. @throws {DiagnosticError} when there is no such windowed store. */
  windowStore<K, V>(name: string): ReadOnlyWindowStore<K, V> {
    return this.#store(name, WINDOW_KINDS) as ReadOnlyWindowStore<K, V>;
  }

  /** Closes the operators. What has been written can still be read. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#committed = this.#task.offsets.committable(() => undefined);
    this.#task.close();
  }

  #punctuateByWallClock(): void | Promise<void> {
    const punctuating = this.#task.punctuate('wall-clock-time');
    return punctuating ? punctuating.then(() => this.#commitAndGoOn()) : this.#commitAndGoOn();
  }

  #store(name: string, kinds: StoreKinds): unknown {
    const { stores } = this.#task;
    checkStoreKind(name, kinds, new Map([...stores].map(([each, { definition }]) => [each, definition])));
    const store = stores.get(name);
    if (store && 'forQueries' in store && typeof store.forQueries === 'function')
      return store.forQueries() as unknown;
    throw new DiagnosticError({ message: `there is no store ${name} that can be queried` });
  }

  #checkInput(topic: string): void {
    nonEmptyText(topic, 'topic');
    if (!this.#queues.has(topic))
      throw unknownName(`the topology does not read ${topic}`, { name: topic, known: this.#queues.keys() });
  }

  #checkOutput(topic: string): void {
    nonEmptyText(topic, 'topic');
    if (this.#choosesTopics || this.#outputNames.has(topic) || this.#produced.has(topic)) return;
    throw unknownName(`the topology does not write to ${topic}`, { name: topic, known: this.#outputNames });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new DiagnosticError({ message: 'the test driver is closed' });
    this.#throwFailure();
  }

  /** Takes a step at once, or behind those that are under way. */
  #inTurn(step: () => void | Promise<void>): void {
    const running = this.#waiting === undefined ? this.#run(step) : this.#waiting.then(() => this.#run(step));
    if (!running) return;
    const waiting: Promise<void> = running
      .catch((error: unknown) => {
        this.#task.passFailed();
        this.#failure ??= { error };
      })
      .then(() => {
        if (this.#waiting === waiting) this.#waiting = undefined;
      });
    this.#waiting = waiting;
  }

  #run(step: () => void | Promise<void>): void | Promise<void> {
    try {
      return step();
    } catch (error) {
      this.#task.passFailed();
      throw error;
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  #collect(record: OutputRecord): void {
    this.#produced.add(record.topic);
    const records = this.#outputs.get(record.topic);
    if (records) records.push(record);
    else this.#outputs.set(record.topic, [record]);
    if (this.#queues.has(record.topic)) this.#backlog.push(record);
  }

  #enqueue(topic: string, record: RawRecord): void {
    const queue = this.#queues.get(topic);
    if (!queue) return;
    const offset = this.#offsets.get(queue) ?? 0;
    this.#offsets.set(queue, offset + 1);
    this.#task.addRecords(queue, [{ ...record, offset, headers: record.headers ?? NO_HEADERS }]);
  }

  /** Processes until nothing waits, in internal topics neither. */
  #completeAll(): void | Promise<void> {
    for (;;) {
      for (const record of this.#backlog.splice(0)) this.#enqueue(record.topic, record);
      const processed = this.#task.processNext();
      if (processed instanceof Promise)
        return processed.then((isProcessed) => (isProcessed ? this.#punctuateAndGoOn() : undefined));
      if (!processed) return;
      const punctuating = this.#task.punctuate('stream-time');
      if (punctuating) return punctuating.then(() => this.#commitAndGoOn());
      const committing = this.#commits.run();
      if (committing instanceof Promise) return committing.then(() => this.#completeAll());
    }
  }

  async #punctuateAndGoOn(): Promise<void> {
    await this.#task.punctuate('stream-time');
    await this.#commitAndGoOn();
  }

  #commitAndGoOn(): void | Promise<void> {
    const committing = this.#commits.run();
    return committing instanceof Promise ? committing.then(() => this.#completeAll()) : this.#completeAll();
  }

  /** The steps of a commit that need no broker. */
  #commitActions(): CommitActions<void> {
    const task = this.#task;
    return {
      'flush-caches': () => task.flushCaches(),
      'log-changes': () =>
        task.logChanges((_store, topic) => (change) => this.#collect({ ...change, topic, partition: 0 })),
      'write-local-state': () => this.#engine.write((batch) => task.writeTo(batch)),
      release: () => task.committed(),
    };
  }
}

function notIdle(): DiagnosticError {
  return new DiagnosticError({
    message: 'a processor or punctuator has answered a promise, and is not done yet',
    hint: 'wait for it: await driver.idle()',
  });
}
