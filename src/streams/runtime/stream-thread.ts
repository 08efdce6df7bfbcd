import type { Timer } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { Consumer } from '../../client/consumer/consumer.ts';
import { Producer } from '../../client/producer/producer.ts';
import type {
  FetchedRecords,
  KafkaAdmin,
  KafkaConsumer,
  OffsetAndMetadata,
  TopicPartition,
} from '../../client/types.ts';
import { CacheBudget } from '../state/cache-budget.ts';
import { MemoryEngine } from '../state/memory-engine.ts';
import type { StoreEngine } from '../state/engine.ts';
import { failureHandlers } from './failures.ts';
import { offsetResets } from './offset-resets.ts';
import { OutputProducer } from './output-producer.ts';
import { RepartitionPurge } from './repartition-purge.ts';
import { Restorer } from './restorer.ts';
import { askedToEnd, STOP_MS_MAX, stopTimedOut, within } from './stop-limits.ts';
import { StateDirectory } from './state-directory.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { taskAssignor } from './task-assignor.ts';
import { Task } from './task.ts';
import type { SinkNode } from '../topology/nodes.ts';
import { type TaskInput, taskInputs } from './task-inputs.ts';
import { ThreadMetrics } from './thread-metrics.ts';
import { TopicWatch } from './topic-watch.ts';
import { brokerTopicName, externalTopics, type TaskPlan, type TopicPlan } from './topic-plan.ts';

/** A task on this thread, with where its changelogs have got to. */
interface Running {
  readonly plan: TaskPlan;
  readonly task: Task;
  /** Next offset of each store's changelog that the store's content will contain when it is committed. */
  readonly logged: Map<string, number>;
  readonly memoryEngines: ReadonlyMap<string, MemoryEngine>;
}

/** For how long commits may fail and be tried again: `task.timeout.ms` of Kafka Streams. */
const TASK_TIMEOUT_MS = 300_000;
/** How often to look whether a task with several inputs need not wait for a dry one any more. */
const WAITING_POLL_MS = 10;
/** How long a round of processing may take before the consumer is polled again. */
const ROUND_MS = 50;

/**
 * One processing loop: one consumer, one producer, one database, and the tasks that the group has assigned to it. The
 * loop polls, queues, processes and commits; everything happens in its turn, so nothing here needs a lock.
 */
export class StreamThread {
  readonly #settings: StreamsAppSettings;
  readonly #plan: TopicPlan;
  readonly #admin: KafkaAdmin;
  readonly #consumer: KafkaConsumer;
  readonly #restoreConsumer: KafkaConsumer;
  readonly #output: OutputProducer;
  readonly #state: StateDirectory;
  readonly #restorer: Restorer;
  readonly #budget: CacheBudget;
  readonly #purge: RepartitionPurge;
  readonly #topics: TopicWatch;
  readonly metrics: ThreadMetrics;
  readonly #running = new Map<string, Running>();
  readonly #paused = new Map<string, TopicPartition>();
  readonly #onAssignment: (phase: 'rebalancing' | 'running') => void;
  #stopping = false;
  #stopTimer: Timer | undefined;
  /** Ends {@link StreamThread.run} whatever the loop waits for. */
  #giveUp: () => void = () => undefined;
  /** The loop itself, which goes on for a moment where it was given up. */
  #looping: Promise<void> = Promise.resolve();
  /** Another instance has asked all to end. */
  #isAskedToEnd = false;
  #joined = false;
  /** The last round has left records that can be processed at once. */
  #hasWork = false;
  #lastCommitMs: number;
  #commitFailingSinceMs: number | undefined;
  #droppedOutputs = 0;

  private constructor(
    settings: StreamsAppSettings,
    plan: TopicPlan,
    parts: {
      readonly admin: KafkaAdmin;
      readonly state: StateDirectory;
      readonly onAssignment: (phase: 'rebalancing' | 'running') => void;
    },
  ) {
    const { environment, bootstrapServers, clientId } = settings;
    this.#settings = settings;
    this.#plan = plan;
    this.#admin = parts.admin;
    this.#state = parts.state;
    this.metrics = new ThreadMetrics(environment, settings.logger);
    this.#onAssignment = parts.onAssignment;
    this.#budget = new CacheBudget(Math.max(settings.cacheBytesMax, 1 << 20));
    const common = { environment, bootstrapServers };
    const resets = offsetResets(settings.topology, settings.applicationId);
    this.#consumer = new Consumer({
      pollRecordsMax: 1000,
      ...settings.consumer,
      ...common,
      clientId: `${clientId}-consumer`,
      groupId: settings.applicationId,
      autoCommit: false,
      autoOffsetReset: settings.autoOffsetReset,
      autoOffsetResetOf: (topic) => resets.get(topic),
      // A source topic that vanishes must not come back empty because this consumer asks for it.
      allowAutoTopicCreation: false,
      assignors: [
        taskAssignor({
          tasks: plan.tasks,
          localTasks: () => this.#localTasks(),
          onAskedToEnd: () => {
            this.#isAskedToEnd = true;
          },
        }),
      ],
    });
    this.#restoreConsumer = new Consumer({
      pollRecordsMax: 10_000,
      ...common,
      clientId: `${clientId}-restore-consumer`,
      autoOffsetReset: 'earliest',
    });
    const handlers = failureHandlers(settings.onFailure);
    const producer = new Producer({
      lingerMs: 100,
      ...settings.producer,
      ...common,
      clientId: `${clientId}-producer`,
    });
    this.#output = new OutputProducer(producer, handlers, () => this.#droppedOutputs++);
    this.#restorer = new Restorer(this.#restoreConsumer, this.#state);
    this.#purge = new RepartitionPurge(this.#admin, settings);
    const internal = plan.internalTopics.filter(({ partitions }) => partitions > 0).map(({ name }) => name);
    const watched = { sources: externalTopics(settings.topology), internal };
    this.#topics = new TopicWatch(this.#admin, settings, watched, [this.#consumer, this.#restoreConsumer]);
    this.#lastCommitMs = environment.clock.monotonicMs();
  }

  /** @throws {OperationalError} `LOCKED` where another process has the folder of its state. */
  static create(
    settings: StreamsAppSettings,
    plan: TopicPlan,
    parts: { readonly admin: KafkaAdmin; readonly onAssignment: (phase: 'rebalancing' | 'running') => void },
  ): StreamThread {
    const { environment, stateDir: root, applicationId, blockCacheBytes, logger } = settings;
    const folders = [applicationId, 'thread-1'];
    const state = StateDirectory.take(environment, { root, folders, blockCacheBytes, logger });
    return new StreamThread(settings, plan, { ...parts, state });
  }

  get tasks(): readonly Task[] {
    return [...this.#running.values()].map(({ task }) => task);
  }

  get droppedOutputs(): number {
    return this.#droppedOutputs;
  }

  get stateBytes(): number | undefined {
    return this.#state.sizeBytes;
  }

  inputsOf(task: Task): readonly TaskInput[] {
    return taskInputs(task, this.#consumer);
  }

  /** Runs until {@link StreamThread.stop}; rejects with what made it fail. What was not committed then is not. */
  async run(): Promise<void> {
    const { topology, applicationId } = this.#settings;
    const name = brokerTopicName(topology, applicationId);
    let clean = false;
    try {
      // Not before: the database waits for the disk, and whoever starts an application need not wait for it.
      await this.#state.open();
      await this.#output.learnPartitions(this.#sinkTopics((node) => node.partitioner !== undefined));
      this.#output.prepareFor(this.#sinkTopics(() => true));
      const topics = [...externalTopics(topology), ...[...topology.repartitionTopics.keys()].map(name)];
      this.#consumer.subscribe([...new Set(topics)], {
        onAssigned: (partitions) => this.#onAssigned(partitions),
        onRevoked: () => this.#onRevoked(),
        onLost: () => this.#onLost(),
      });
      await this.#untilStopped();
      clean = true;
    } catch (error) {
      throw this.#state.damage ?? error;
    } finally {
      await this.#close(clean);
    }
  }

  /**
   * Asks the loop to end after the round that it is in. What it waits for then, such as a cluster that does not answer, it
   * gets some time for; after that it ends without its last commit.
   */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#consumer.wakeup();
    this.#stopTimer = this.#settings.environment.timers.after(STOP_MS_MAX, () => this.#giveUp());
  }

  async #untilStopped(): Promise<void> {
    const loop = async (): Promise<void> => {
      while (!this.#stopping) await this.#round();
      await this.#commit();
    };
    const givenUp = new Promise<never>((_resolve, reject) => {
      this.#giveUp = () => reject(stopTimedOut());
    });
    this.#looping = loop();
    try {
      await Promise.race([this.#looping, givenUp]);
    } finally {
      this.#stopTimer?.cancel();
    }
  }

  // ------------------------------------------------------------------------------------------------ the loop

  async #round(): Promise<void> {
    const { clock } = this.#settings.environment;
    const startMs = clock.monotonicMs();
    try {
      const fetched = await this.#consumer.poll(this.#pollMs());
      this.metrics.polled(startMs, fetched.length > 0);
      this.#queue(fetched);
    } catch (error) {
      if (this.#stopping && error instanceof OperationalError && error.code === 'WAKEUP') return;
      throw error;
    }
    if (!this.#restorer.isIdle) await this.#restore();
    const processingMs = clock.monotonicMs();
    await this.#process();
    await this.#punctuate();
    this.metrics.processed(processingMs);
    this.#throwDamage();
    if (this.#isAskedToEnd) throw askedToEnd();
    this.#output.throwFailure();
    this.#topics.check();
    this.#resumePartitions();
    if (this.#commitIsDue()) await this.#commit();
    else for (const { task } of this.#running.values()) task.evict();
  }

  /** How long to wait for records: not at all while there is work, and not for long while queued ones wait for others. */
  #pollMs(): number {
    if (this.#hasWork || !this.#restorer.isIdle) return 0;
    const waiting = this.tasks.some((task) => task.bufferedCount > 0);
    return waiting ? Math.min(WAITING_POLL_MS, this.#settings.pollMs) : this.#settings.pollMs;
  }

  #queue(fetched: readonly FetchedRecords[]): void {
    for (const { topic, partition, records } of fetched) {
      for (const { task } of this.#running.values()) {
        const queue = task.queues.find((each) => each.topic === topic && each.partition === partition);
        if (!queue) continue;
        task.addRecords(queue, records);
        if (queue.size > this.#settings.bufferedRecordsMax) this.#pause({ topic, partition });
      }
    }
  }

  async #process(): Promise<void> {
    const { clock } = this.#settings.environment;
    const until = clock.monotonicMs() + ROUND_MS;
    this.#hasWork = false;
    for (const { task } of this.#running.values()) {
      if (this.#restorer.isRestoring(task)) continue;
      const loading = task.loadPrefetched();
      if (loading) await loading;
      for (let count = 1; this.#isProcessable(task); count++) {
        const held = this.#settings.backPressure();
        if (held) await held;
        if (this.#stopping) return;
        const next = task.processNext();
        if (!(next instanceof Promise ? await next : next)) break;
        const room = this.#output.ready();
        if (room) await room;
        const punctuating = task.punctuate('stream-time');
        if (punctuating) await punctuating;
        // The clock is looked at now and then, and after what may have taken its time.
        if ((count & 63) !== 0 && !(next instanceof Promise)) continue;
        if (this.#stopping || this.#budget.wantsCommit || clock.monotonicMs() > until) {
          this.#hasWork = true;
          break;
        }
      }
    }
  }

  /** With several inputs, the next record is known only when none of them could still bring an earlier one. */
  #isProcessable(task: Task): boolean {
    if (task.queues.length < 2 || this.#settings.taskIdleMsMax < 0) return true;
    if (task.bufferedCount === 0) return false;
    const lagging = task.queues.some((queue) => {
      if (queue.size > 0) return false;
      const lag = this.#consumer.lag(queue);
      return lag === undefined || lag > 0;
    });
    if (lagging) return false;
    if (task.queues.every((queue) => queue.size > 0)) {
      task.idleSinceMs = -1;
      return true;
    }
    const now = this.#settings.environment.clock.monotonicMs();
    if (task.idleSinceMs < 0) task.idleSinceMs = now;
    return now - task.idleSinceMs >= this.#settings.taskIdleMsMax;
  }

  async #punctuate(): Promise<void> {
    for (const { task } of this.#running.values()) {
      if (!this.#restorer.isRestoring(task)) await task.punctuate('wall-clock-time');
    }
  }

  #pause(partition: TopicPartition): void {
    this.#paused.set(`${partition.topic}-${partition.partition}`, partition);
    this.#consumer.pause([partition]);
  }

  #resumePartitions(): void {
    for (const [name, partition] of this.#paused) {
      const owner = [...this.#running.values()].find(({ task }) =>
        task.queues.some(
          (queue) => queue.topic === partition.topic && queue.partition === partition.partition,
        ),
      );
      if (!owner) {
        this.#paused.delete(name);
        continue;
      }
      if (this.#restorer.isRestoring(owner.task)) continue;
      const queue = owner.task.queues.find(
        (each) => each.topic === partition.topic && each.partition === partition.partition,
      );
      if ((queue?.size ?? 0) > this.#settings.bufferedRecordsMax / 2) continue;
      this.#paused.delete(name);
      this.#consumer.resume([partition]);
    }
  }

  /** State that could not be read is no reason to drop a record, or to commit it, whoever has caught the error. */
  #throwDamage(): void {
    if (this.#state.damage !== undefined) throw this.#state.damage;
  }

  // ------------------------------------------------------------------------------------------------ commit

  #commitIsDue(): boolean {
    if (this.#budget.wantsCommit) return true;
    const now = this.#settings.environment.clock.monotonicMs();
    if (now - this.#lastCommitMs >= this.#settings.commitIntervalMs) return true;
    return this.tasks.some((task) => task.commitRequested);
  }

  /**
   * Commits all tasks: flush caches, send outputs and changelogs and wait for them, commit the offsets, then write the
   * local state and the changelog offsets that it contains, in one batch. A crash before the offsets: the records are
   * processed again. A crash before the batch: the tail of the changelog is restored. Offsets that could not be committed:
   * all stays as it is and is logged once more, with what has come to it, by the next commit.
   */
  async #commit(): Promise<void> {
    const startMs = this.#settings.environment.clock.monotonicMs();
    this.#lastCommitMs = startMs;
    const running = [...this.#running.values()].filter(({ task }) => !this.#restorer.isRestoring(task));
    if (running.length === 0) return;
    this.#throwDamage();
    for (const { task } of running) await task.flushCaches();
    for (const each of running) this.#logChanges(each);
    await this.#output.flush();
    const offsets = await this.#commitOffsets(running.map(({ task }) => task));
    if (offsets === undefined) return;
    await this.#writeLocal(running);
    for (const { task } of running) {
      task.committed();
      await task.expire();
      task.evict();
    }
    this.#purge.run(offsets);
    this.metrics.committed(startMs);
  }

  /**
   * Answers what was committed; undefined when nothing was: because the cluster cannot now, which is tried again, or
   * because the group has given the partitions to somebody else (TaskMigrated in Kafka Streams), whose tasks they are now.
   */
  async #commitOffsets(tasks: readonly Task[]): Promise<readonly OffsetAndMetadata[] | undefined> {
    const positionOf = (partition: TopicPartition): number | undefined =>
      this.#consumer.positionNow(partition);
    const moved = tasks
      .map((task) => ({ task, offsets: task.committableOffsets(positionOf) }))
      .filter(({ offsets }) => offsets.length > 0);
    const offsets = moved.flatMap((each) => each.offsets);
    try {
      if (offsets.length > 0) await this.#consumer.commit(offsets);
    } catch (error) {
      this.#onCommitFailed(error);
      return undefined;
    }
    this.#commitFailingSinceMs = undefined;
    for (const { task } of moved) task.offsetsCommitted();
    return offsets;
  }

  #onCommitFailed(error: unknown): void {
    if (!(error instanceof OperationalError)) throw error;
    const { logger, environment } = this.#settings;
    if (error.code === 'COMMIT_FAILED') {
      logger.warn('the tasks are not ours any more: joining again', { error: messageOf(error) });
      this.#closeTasks();
      return;
    }
    const now = environment.clock.monotonicMs();
    this.#commitFailingSinceMs ??= now;
    if (!error.retriable || now - this.#commitFailingSinceMs >= TASK_TIMEOUT_MS) throw error;
    logger.warn('could not commit: what was processed stays uncommitted for now', {
      error: messageOf(error),
    });
  }

  #logChanges({ task, plan, logged }: Running): void {
    task.logChanges((store, topic) => {
      const onDelivery = this.#output.logging((offset) => {
        logged.set(store, Math.max(logged.get(store) ?? 0, offset + 1));
      });
      const target = { topic, partition: plan.partition };
      return (record) => this.#output.log(target, record, onDelivery);
    });
  }

  async #writeLocal(running: readonly Running[]): Promise<void> {
    await this.#state.engine.write((batch) => {
      for (const { task, logged, memoryEngines } of running) {
        task.writeTo(batch, (store) => !memoryEngines.has(store));
        for (const [store, position] of logged)
          if (!memoryEngines.has(store)) this.#state.setPosition(batch, { taskId: task.id, store, position });
        this.#state.processed.note(batch, task.id, task.queues);
        logged.clear();
      }
    });
    for (const { task, memoryEngines } of running) {
      for (const [name, engine] of memoryEngines)
        engine.write((batch) => task.writeTo(batch, (store) => store === name));
    }
  }

  // ------------------------------------------------------------------------------------------------ tasks

  async #onAssigned(partitions: readonly TopicPartition[]): Promise<void> {
    this.#joined = true;
    this.#onAssignment('rebalancing');
    const committed = await this.#consumer.committed(partitions);
    const names = new Set(partitions.map(({ topic, partition }) => `${topic}-${partition}`));
    const opened: Running[] = [];
    for (const plan of this.#plan.tasks) {
      if (this.#running.has(plan.id)) continue;
      if (plan.inputs.some(({ topic, partition }) => names.has(`${topic}-${partition}`)))
        opened.push(await this.#openTask(plan, committed));
    }
    await this.#startRestoring(opened);
    for (const { task } of opened) task.findRewinds(committed, this.#state.processed);
    if (this.#restorer.isIdle) this.#onAssignment('running');
  }

  async #openTask(plan: TaskPlan, committed: readonly OffsetAndMetadata[]): Promise<Running> {
    const { topology, applicationId, environment, config, cacheBytesMax, logger } = this.#settings;
    const { subtopology } = plan;
    const memoryEngines = new Map<string, MemoryEngine>();
    for (const name of subtopology.stores) {
      if (topology.stores.get(name)?.storeType === 'memory') memoryEngines.set(name, new MemoryEngine());
    }
    const engineFor = (store: string): { readonly engine: StoreEngine; readonly prefix: string } => {
      const memory = memoryEngines.get(store);
      return memory
        ? { engine: memory, prefix: '' }
        : { engine: this.#state.engine, prefix: this.#state.prefixOf(plan.id, store) };
    };
    const task = new Task({
      taskId: plan.id,
      applicationId,
      topology,
      nodeNames: subtopology.nodes,
      storeNames: subtopology.stores,
      inputs: plan.inputs,
      topicName: brokerTopicName(topology, applicationId),
      engineFor,
      budget: this.#budget,
      collector: this.#output,
      handlers: failureHandlers(this.#settings.onFailure),
      wallClockMs: () => environment.clock.nowMs(),
      config: (name) => config[name],
      cachingEnabled: cacheBytesMax > 0,
      logger,
      drops: this.metrics.drops,
    });
    const running = { plan, task, logged: new Map<string, number>(), memoryEngines };
    this.#running.set(plan.id, running);
    task.restoreMetadata(committed);
    await task.open();
    return running;
  }

  /** Asks for the changelogs of all new tasks at once, and holds back the input of those that have to wait. */
  async #startRestoring(opened: readonly Running[]): Promise<void> {
    await this.#restorer.start(
      opened.flatMap(({ plan, task, memoryEngines }) =>
        [...task.stores.values()].map((store) => ({
          task,
          partition: plan.partition,
          store,
          persistent: !memoryEngines.has(store.name),
        })),
      ),
    );
    for (const { plan, task } of opened) {
      if (this.#restorer.isRestoring(task)) for (const input of plan.inputs) this.#pause(input);
    }
  }

  async #restore(): Promise<void> {
    await this.#restorer.step(10);
    if (this.#restorer.isIdle && this.#joined) this.#onAssignment('running');
  }

  async #onRevoked(): Promise<void> {
    this.#onAssignment('rebalancing');
    try {
      // Where this fails, the new owner processes again what was not committed.
      await this.#commit();
    } finally {
      this.#closeTasks();
    }
  }

  #onLost(): void {
    this.#onAssignment('rebalancing');
    this.#closeTasks();
  }

  /** Drops all tasks and whatever they have not committed. @throws what an operator of the user's threw. */
  #closeTasks(): void {
    const failures: unknown[] = [];
    for (const { task } of this.#running.values()) {
      this.#restorer.forget(task);
      this.metrics.closed(task);
      try {
        task.close();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#running.clear();
    this.#paused.clear();
    this.#hasWork = false;
    if (failures.length > 0) throw failures[0];
  }

  #localTasks(): readonly string[] {
    return [...new Set([...this.#running.keys(), ...this.#state.taskIds])];
  }

  /** Topics, known by name, of the sinks that pass. */
  #sinkTopics(accepts: (node: SinkNode) => boolean): readonly string[] {
    const { topology, applicationId } = this.#settings;
    const name = brokerTopicName(topology, applicationId);
    return [...topology.nodes.values()].flatMap((node) =>
      node.kind === 'sink' && typeof node.topic === 'string' && accepts(node) ? [name(node.topic)] : [],
    );
  }

  async #close(clean: boolean): Promise<void> {
    try {
      this.#closeTasks();
    } catch (error) {
      this.#settings.logger.error('a task could not be closed', { error: messageOf(error) });
    }
    const { logger } = this.#settings;
    const { timers } = this.#settings.environment;
    const close = async (what: string, closing: Promise<unknown>): Promise<void> => {
      await closing.catch((error: unknown) =>
        logger.warn(`while closing ${what}`, { error: messageOf(error) }),
      );
    };
    await Promise.all([
      close('the consumer', this.#consumer.close({ timeoutMs: clean ? 5_000 : 1_000 })),
      close('the restore consumer', this.#restoreConsumer.close()),
      // Without a commit nobody waits for what is still to be sent.
      close('the producer', clean ? this.#output.close() : within(timers, this.#output.close())),
      // Where the loop was given up, it ends when its clients are closed; what it failed with is known already.
      within(timers, Promise.allSettled([this.#looping])),
    ]);
    await this.#state.close();
  }
}
