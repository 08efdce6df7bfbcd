import type { Timer } from '../../base/environment.ts';
import { messageOf } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import type { KafkaAdmin } from '../../client/types.ts';
import type { CacheBudget } from '../state/cache-budget.ts';
import type { CommitVariation } from './commit-protocol.ts';
import { failureHandlers, type StreamThreadExceptionResponse } from './failures.ts';
import { Intake } from './intake.ts';
import { OutputProducer } from './output-producer.ts';
import { prepareSerdes } from './prepare-serdes.ts';
import { processingLoop } from './processing-loop.ts';
import { type ProcessIdentity, processIdentityIn } from './process-id.ts';
import { ProcessingPause } from './processing-pause.ts';
import { ProcessingTurn } from './processing-turn.ts';
import { RepartitionPurge } from './repartition-purge.ts';
import { type RestoreProgress, Restorer } from './restorer.ts';
import type { OpenEngine } from './database-folder.ts';
import { DeadMember } from './dead-member.ts';
import { cacheBudget, localState, openLocalState, processFolderOf } from './local-state.ts';
import { StandbyTasks } from './standby-tasks.ts';
import type { StateDirectory } from './state-directory.ts';
import { endedSoon, STOP_MS_MAX, stopTimedOut } from './stop-limits.ts';
import type { StreamsAppSettings, StreamsCloseOptions } from './streams-app-options.ts';
import type { StreamsHost } from './streams-host.ts';
import type { Task } from './task.ts';
import { type TaskInput, taskInputs } from './task-inputs.ts';
import { TaskRunner } from './task-runner.ts';
import { type AssignmentPhase, TaskSet } from './task-set.ts';
import { addClients, changelogEnds, type ThreadClients, threadClients } from './thread-clients.ts';
import { ThreadCommit } from './thread-commit.ts';
import { ThreadMembership } from './thread-membership.ts';
import { ThreadMetrics } from './thread-metrics.ts';
import { ThreadQueries } from './thread-queries.ts';
import type { ThreadPlace } from './thread-place.ts';
import { brokerTopicName, externalTopics, sinkTopics, type TopicPlan } from './topic-plan.ts';
import type { TopicAccess } from './topic-access.ts';
import { TopicWatch, type WatchedTopics } from './topic-watch.ts';
import { TransactionReplay } from './transaction-replay.ts';
import type { OutputTarget } from './transactional-output.ts';

/** How often it is looked, beside the loop, whether a topic is gone. */
const LOOK_MS = 1_000;
/** What is other than in production, in tests and simulations. */
export interface ThreadVariation {
  /** Cuts commits off at their steps, or takes these in another order. */
  readonly commitVariation?: CommitVariation;
  /** Opens the database of the state: RocksDB where it is left out. */
  readonly openEngine?: OpenEngine;
}

interface ThreadParts extends ThreadVariation {
  readonly admin: KafkaAdmin;
  readonly topics: TopicAccess;
  /** What it shares with other applications of the process. */
  readonly host: StreamsHost | undefined;
  readonly place?: ThreadPlace | undefined;
  readonly turn?: ProcessingTurn | undefined;
  /** Of the application, whatever loop it has. */
  readonly pause?: ProcessingPause;
  /**
   * The process, where its id is not that of the folder of its state. Of loops with the same one only the last counts: it ends the
   * transaction of the one before.
   */
  readonly process?: ProcessIdentity | undefined;
  readonly onPhase: (phase: AssignmentPhase) => void;
  /** Called once, with what has ended the loop, while it is a member of the group still. */
  readonly onFailed?: (error: unknown) => Promise<StreamThreadExceptionResponse>;
  readonly onRestored?: (progress: RestoreProgress) => void;
}

/**
 * One processing loop: one consumer, one producer, one database, and the tasks that the group has assigned to it. The
 * loop polls, queues, processes and commits; everything happens in its turn, so nothing here needs a lock.
 */
export class StreamThread {
  readonly #settings: StreamsAppSettings;
  readonly #clients: ThreadClients;
  readonly #output: OutputProducer;
  readonly #state: StateDirectory;
  readonly #host: StreamsHost | undefined;
  readonly #place: ThreadPlace | undefined;
  readonly #member: DeadMember;
  readonly #topics: TopicWatch;
  readonly #membership: ThreadMembership;
  readonly #tasks: TaskSet;
  readonly #intake: Intake;
  readonly #restorer: Restorer;
  readonly #runner: TaskRunner;
  readonly #commit: ThreadCommit;
  readonly #replay: TransactionReplay | undefined;
  readonly metrics: ThreadMetrics;
  readonly queries: ThreadQueries;
  readonly #standbys: StandbyTasks;
  readonly #life: Lifecycle;
  readonly #onFailed: ThreadParts['onFailed'];
  /** It is in the group only to ask all others to end: what is assigned to it or revoked does not matter. */
  #isAskingToEnd = false;
  #stopping = false;
  #isOutdated = false;
  #hasEndedWell = false;
  #stopTimer: Timer | undefined;
  /** Ends {@link StreamThread.run} whatever the loop waits for. */
  #giveUp: (why: unknown) => void = () => undefined;
  /** Whether the group is told that this member has gone; undefined: unless it is a static one. */
  #leaveGroup: boolean | undefined;
  /** The loop itself, which goes on for a moment where it was given up. */
  #looping: Promise<void> = Promise.resolve();
  #droppedOutputs = 0;

  private constructor(
    settings: StreamsAppSettings,
    plan: TopicPlan,
    parts: ThreadParts & { readonly state: StateDirectory },
  ) {
    const { admin, topics, state, onPhase, commitVariation: variation = {} } = parts;
    this.#settings = settings;
    this.#state = state;
    this.#host = parts.host;
    this.#place = parts.place;
    this.#onFailed = parts.onFailed;
    const metrics = (this.metrics = new ThreadMetrics(settings.environment, settings.logger));
    const budget = cacheBudget(settings, parts.host);
    const { process = processIdentityIn(settings.environment, processFolderOf(settings, parts)) } = parts;
    const taskOffsetSums = (): ReadonlyMap<string, number> => this.#tasks.toldOffsetSums();
    const processId = (): string => process.id();
    const membershipParts = { settings, plan, admin, processId, taskOffsetSums, place: parts.place };
    const membership = (this.#membership = new ThreadMembership(membershipParts));
    const memberNumber = (): number => (parts.process === undefined ? state.memberNumber : 1);
    const clientsPlace = { host: parts.host, process, memberNumber };
    this.#clients = threadClients(settings, membership.assignors, clientsPlace);
    const { consumer, restoreConsumer, producer, transactions } = this.#clients;
    membership.attach(consumer);
    this.#member = new DeadMember({ settings, admin, state });
    const output = (this.#output = this.#newOutput(producer));
    const restorer = (this.#restorer = this.#newRestorer(parts));
    const intake = (this.#intake = new Intake({ consumer, settings, restorer, metrics }));
    const purge = new RepartitionPurge(admin, settings);
    const decoding = parts.host?.decoding;
    const { turn = new ProcessingTurn(), pause = new ProcessingPause() } = parts;
    const shared = { settings, consumer, output, state, budget, metrics, decoding, turn };
    const tasks = (): TaskSet => this.#tasks;
    const rejoin = (): Promise<void> => this.#rejoin();
    const replay = transactions && new TransactionReplay({ ...shared, transactions, tasks, rejoin });
    this.#replay = replay;
    const { pace } = this.#host ?? {};
    this.#commit = new ThreadCommit({ ...shared, purge, variation, tasks, transactions, replay, pace });
    const standbyParts = { settings, plans: plan.tasks, state, budget, admin, pause, clients: this.#clients };
    const standbys = (this.#standbys = new StandbyTasks(standbyParts, (error) => this.#giveUp(error)));
    this.#tasks = new TaskSet({
      ...{ ...shared, restorer, intake, onPhase, place: parts.place, standbys, membership },
      plans: plan.tasks,
      commit: () => this.#commit.run(),
      onUncommitted: (error) => noteUncommitted(error, replay),
    });
    this.queries = new ThreadQueries({ tasks: this.#tasks, membership, admin });
    this.#runner = new TaskRunner({ ...shared, tasks: this.#tasks, pause, isStopping: () => this.#stopping });
    this.#topics = new TopicWatch(topics, settings, this.#watched(plan), [consumer, restoreConsumer]);
    this.#life = this.#newLife(budget);
  }

  /** @throws {OperationalError} `LOCKED` where another process has the folder of its state. */
  static create(settings: StreamsAppSettings, plan: TopicPlan, parts: ThreadParts): StreamThread {
    const thread = new StreamThread(settings, plan, { ...parts, state: localState(settings, parts) });
    if (parts.pause !== undefined) parts.pause.onResumed = () => thread.#wake();
    return thread;
  }

  get tasks(): readonly Task[] {
    return this.#tasks.tasks;
  }

  get restoring(): readonly RestoreProgress[] {
    return this.#restorer.progress;
  }

  get droppedOutputs(): number {
    return this.#droppedOutputs;
  }

  get stateBytes(): number | undefined {
    return this.#state.sizeBytes;
  }

  inputsOf(task: Task): readonly TaskInput[] {
    return taskInputs(task, this.#clients.consumer);
  }

  /** Runs until {@link StreamThread.stop}; rejects with what made it fail. What was not committed then is not. */
  async run(): Promise<void> {
    try {
      // Not before: the database waits for the disk, and whoever starts an application need not wait for it.
      await openLocalState(this.#state, this.#settings, { host: this.#host, place: this.#place });
      const { topology, applicationId } = this.#settings;
      await this.#output.learnPartitions(sinkTopics(topology, applicationId, { withPartitioner: true }));
      await prepareSerdes(topology, applicationId);
      this.#output.prepareFor(sinkTopics(topology, applicationId));
      this.#subscribe();
      void this.#member.remove(this.#life.signal);
      await this.#untilStopped();
      this.#hasEndedWell = true;
    } catch (error) {
      const cause = this.#state.damage ?? error;
      const response = await this.#onFailed?.(cause);
      if (response === 'SHUTDOWN_APPLICATION') await this.#askAllToEnd();
      throw cause;
    } finally {
      await this.#life.close();
    }
  }

  /**
   * Asks the loop to end after the round that it is in. What it waits for then, such as a cluster that does not answer, it
   * gets some time for; after that it ends without its last commit.
   */
  stop({ timeoutMs = STOP_MS_MAX, leaveGroup }: StreamsCloseOptions = {}): void {
    this.#leaveGroup ??= leaveGroup;
    if (this.#stopping) return;
    this.#stopping = true;
    this.#clients.consumer.wakeup();
    const limitMs = Math.min(timeoutMs, STOP_MS_MAX);
    this.#stopTimer = this.#settings.environment.timers.after(limitMs, () =>
      this.#giveUp(stopTimedOut(limitMs)),
    );
  }

  /** Whether it has ended, or is ending, since its tasks have to be planned anew. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** Has its loops look at what there is to do. */
  #wake(): void {
    this.#intake.wake();
    this.#standbys.wake();
  }

  #watched(plan: TopicPlan): WatchedTopics {
    return {
      sources: plan.sources,
      internal: existingInternalTopics(plan),
      onPartitionsAdded: (topics) => this.#endOutdated(topics),
    };
  }

  /**
   * Kafka Streams plans its tasks at each rebalance. Here another loop takes this one's place, and plans. It leaves the group
   * also where it is a static member, which would be given its old partitions otherwise.
   */
  #endOutdated(topics: readonly string[]): void {
    if (this.#stopping) return;
    this.#settings.logger.warn('partitions were added to topics that are read: the tasks are planned anew', {
      topics,
    });
    this.#isOutdated = true;
    this.stop({ leaveGroup: true });
  }

  #subscribe(): void {
    const { topology, applicationId } = this.#settings;
    const { consumer } = this.#clients;
    const name = brokerTopicName(topology, applicationId);
    const topics = [...externalTopics(topology), ...[...topology.repartitionTopics.keys()].map(name)];
    const tasks = this.#tasks;
    consumer.subscribe([...new Set(topics)], {
      onAssigned: async (partitions) => {
        if (this.#isAskingToEnd) return;
        await this.#member.note(consumer);
        await tasks.onAssigned(partitions);
        // What is new has to be restored, and the leader may have said that all are to end.
        this.#intake.wake();
      },
      onRevoked: (partitions) => (this.#isAskingToEnd ? undefined : tasks.onRevoked(partitions)),
      onLost: (partitions) => (this.#isAskingToEnd ? undefined : tasks.onLost(partitions)),
    });
  }

  async #rejoin(): Promise<void> {
    await this.#clients.consumer.unsubscribe();
    this.#subscribe();
  }

  /** Nothing is committed meanwhile: what has failed here is to be found again. What goes wrong is logged. */
  async #askAllToEnd(): Promise<void> {
    const { logger } = this.#settings;
    const { consumer } = this.#clients;
    this.#isAskingToEnd = true;
    try {
      await this.#loopEnded();
      if (consumer.subscription().length === 0) this.#subscribe();
      await this.#membership.askAllToEnd(consumer);
    } catch (error) {
      logger.warn('the other instances could not be asked to end', { error: messageOf(error) });
    }
  }

  async #untilStopped(): Promise<void> {
    const givenUp = new Promise<never>((_resolve, reject) => {
      this.#giveUp = reject;
    });
    this.#state.onDamage((error) => this.#giveUp(error));
    // A commit may wait for a topic that is gone: then the loop does not get to look.
    const intervals = this.#host?.intervals ?? this.#settings.environment.timers;
    const watching = intervals.every(LOOK_MS, () => {
      try {
        this.#topics.check();
      } catch (error) {
        this.#giveUp(error);
      }
    });
    this.#looping = processingLoop({
      intake: this.#intake,
      tasks: this.#tasks,
      runner: this.#runner,
      commit: this.#commit,
      checkHealth: () => this.#checkHealth(),
      isStopping: () => this.#stopping,
      replay: this.#replay,
    });
    try {
      await Promise.race([this.#looping, givenUp]);
    } finally {
      watching.cancel();
      this.#stopTimer?.cancel();
    }
  }

  #checkHealth(): void {
    // State that could not be read is no reason to drop a record, or to commit it, whoever has caught the error.
    this.#state.throwDamage();
    this.#membership.throwFailure();
    this.#place?.failing.throwIfAborted();
    this.#output.throwFailure();
    this.#topics.check();
  }

  #newRestorer({ admin, place, onRestored }: ThreadParts): Restorer {
    const { restoreConsumer } = this.#clients;
    return new Restorer({
      consumer: restoreConsumer,
      endOffsets: changelogEnds(this.#settings, { restoreConsumer, admin }),
      state: this.#state,
      logger: this.#settings.logger,
      onProgress: (progress) => {
        this.metrics.restored(progress);
        onRestored?.(progress);
      },
      place,
    });
  }

  #newOutput(producer: OutputTarget): OutputProducer {
    const { onFailure, keepsResultInputs: keepsInputs } = this.#settings;
    return new OutputProducer({
      producer,
      handlers: failureHandlers(onFailure),
      keepsInputs,
      onDropped: () => this.#droppedOutputs++,
      onFailed: () => this.#intake.wake(),
    });
  }

  #newLife(budget: CacheBudget): Lifecycle {
    const { environment, logger } = this.#settings;
    const life = new Lifecycle('the thread', { timers: environment.timers, logger });
    life.add({ name: 'the memory of its caches', close: () => budget.close() });
    life.add({ name: 'the local state', close: () => this.#state.close() });
    life.add({ name: 'the note of its membership', close: () => this.#forgetMember() });
    const clients = life.stage();
    const end = () => ({ isClean: this.#hasEndedWell, leaveGroup: this.#leaveGroup });
    addClients(clients, this.#clients, { timers: environment.timers, end });
    // Where it was given up, it ends when its clients are closed; what it failed with is known already.
    clients.add({ name: 'the loop', close: () => this.#loopEnded() });
    life.add({ name: 'the membership', close: () => this.#membership.close() });
    life.add({ name: 'the standby tasks', close: () => this.#standbys.close() });
    life.add({ name: 'the tasks', close: () => this.#tasks.close() });
    return life;
  }

  /** Waits for the loop, which may be on its way to its end, but not for long. */
  #loopEnded(): Promise<void> {
    return endedSoon(this.#settings.environment.timers, Promise.allSettled([this.#looping]));
  }

  /** It has left the group, and nobody need tell that it is dead. */
  async #forgetMember(): Promise<void> {
    if (this.#hasEndedWell && this.#leaveGroup !== false) await this.#state.noteMember(undefined);
  }
}

const existingInternalTopics = ({ internalTopics }: TopicPlan): readonly string[] =>
  internalTopics.filter(({ partitions }) => partitions > 0).map(({ name }) => name);

/** @throws what a commit has failed with, where nothing mends it. */
function noteUncommitted(error: unknown, replay: TransactionReplay | undefined): void {
  if (replay !== undefined) replay.note(error);
  else if (error !== undefined) throw error;
}
