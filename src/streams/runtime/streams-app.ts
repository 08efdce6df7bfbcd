import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../state/store.ts';
import {
  metricsOf,
  NOTHING_PAST,
  type PastCounts,
  watchedMetrics,
  withThread,
} from './application-metrics.ts';
import { type DescribeTopics, prepareTopics } from './internal-topics.ts';
import {
  checkStoreKind,
  checkStoreQuery,
  compositeKeyValueStore,
  compositeWindowStore,
  KEY_VALUE_KINDS,
  type StoreQueryOptions,
  WINDOW_KINDS,
} from './queryable-stores.ts';
import type { StreamThreadExceptionResponse, StreamsUncaughtExceptionHandler } from './failures.ts';
import { ownAccess } from './own-access.ts';
import type { ProcessIdentity } from './process-id.ts';
import { ProcessingPause } from './processing-pause.ts';
import type { ProcessingTurn } from './processing-turn.ts';
import { ReplacementPauses } from './replacement-pauses.ts';
import {
  clientsWithStore,
  type KeyPartitioner,
  type KeyQueryMetadata,
  keyQueryMetadata,
  type StateLocations,
  type StoreLags,
  type StreamsMetadata,
  unknownLocations,
} from './state-locations.ts';
import { endedWithin } from './stop-limits.ts';
import type { StreamsHost } from './streams-host.ts';
import { StreamThread, type ThreadVariation } from './stream-thread.ts';
import type { StreamsMetrics, StreamsState } from './streams-metrics.ts';
import {
  checkClose,
  streamsAppSettings,
  type StreamsAppOptions,
  type StreamsAppSettings,
  type StreamsCloseOptions,
} from './streams-app-options.ts';
import type { RestoreProgress } from './restorer.ts';
import type { AssignmentPhase } from './task-set.ts';
import type { ThreadPlace } from './thread-place.ts';
import { UncaughtErrors } from './uncaught-errors.ts';

/** How long closing waits for a start that is under way before it takes the cluster away from it. */
const CLOSE_GRACE_MS = 2_000;

/** What an application is told that is not of its own making. */
interface SharedParts extends ThreadVariation {
  /** Asks somebody who is connected already which topics there are, so that the start need not wait for a connection of its own. */
  readonly describeTopics?: DescribeTopics;
  /** Where it is one of the threads of an application. */
  readonly place?: ThreadPlace;
  /** Taken while its code runs, where others see whose code does. */
  readonly turn?: ProcessingTurn | undefined;
  /** Whose id names its transactions, where somebody else than the folder of the state knows it. */
  readonly process?: ProcessIdentity;
}

/**
 * Runs a topology against a Kafka cluster, as a member of the group of all processes with the same application id: they
 * share the partitions, and when one goes the others take over its tasks with their state.
 *
 * @example
 * const app = new StreamsApp({
 *   applicationId: 'word-count',
 *   bootstrapServers: 'localhost:9092',
 *   topology: builder.build(),
 * });
 * app.state$.subscribe((state) => console.log(state));
 * await app.start();
 * // ...
 * await app.close();
 */
export class StreamsApp {
  readonly #settings: StreamsAppSettings;
  readonly #host: StreamsHost | undefined;
  readonly #shared: SharedParts;
  readonly #state = new BehaviorSubject<StreamsState>('CREATED');
  readonly #errors = new Subject<unknown>();
  readonly #restores = new Subject<RestoreProgress>();
  readonly #life: Lifecycle;
  readonly #uncaught: UncaughtErrors;
  readonly #pauses: ReplacementPauses;
  readonly #processing = new ProcessingPause();
  /** What it asks about its topics, where it has no host. */
  #own: Pick<StreamsHost, 'admin' | 'topics'> | undefined;
  #thread: StreamThread | undefined;
  /** What is done about the failure that the thread is ending with. */
  #response: StreamThreadExceptionResponse | undefined;
  /** Before it nothing is read. */
  #after: Promise<void> = Promise.resolve();
  #starting: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #leaveHost: (() => void) | undefined;
  #stopping = false;
  #closeOptions: StreamsCloseOptions = {};
  #failures = 0;
  #past: PastCounts = NOTHING_PAST;

  constructor(options: StreamsAppOptions, shared: SharedParts = {}) {
    this.#shared = shared;
    this.#settings = streamsAppSettings(options);
    this.#host = this.#settings.host;
    this.#uncaught = new UncaughtErrors(this.#settings, (error) => this.#errors.next(error));
    const { environment, logger } = this.#settings;
    this.#pauses = new ReplacementPauses(environment);
    this.#life = new Lifecycle('the application', { timers: environment.timers, logger });
  }

  /**
   * Sets what happens when the processing loop fails, as the option `onUncaught` does.
   * @throws {DiagnosticError} once the application has been started.
   */
  setUncaughtExceptionHandler(handler: StreamsUncaughtExceptionHandler): void {
    this.#uncaught.setHandler(handler, this.state);
  }

  /** The current state, then every change of it. Completes when the application has ended. */
  get state$(): Observable<StreamsState> {
    return this.#state.asObservable();
  }

  get state(): StreamsState {
    return this.#state.value;
  }

  /** Everything that made the processing loop fail. */
  get errors$(): Observable<unknown> {
    return this.#errors.asObservable();
  }

  /** The start, each batch and the end of the restoring of stores. Completes when the application has ended. */
  get restores$(): Observable<RestoreProgress> {
    return this.#restores.asObservable();
  }

  /** A snapshot of the metrics every second while somebody watches. Completes when the application has ended. */
  get metrics$(): Observable<StreamsMetrics> {
    const { timers } = this.#settings.environment;
    return watchedMetrics(() => this.metrics(), { timers, until: this.#state });
  }

  metrics(): StreamsMetrics {
    const { state } = this;
    return metricsOf(this.#thread, { state, failures: this.#failures, past: this.#past });
  }

  /**
   * Creates the internal topics that are missing and starts to process. Resolves when it has joined the group's
   * preparation; watch {@link StreamsApp.state$} for `RUNNING`.
   * @param options.after what has to be done before anything is read, such as the setting of offsets; topics are looked up
   * meanwhile. What it rejects with, the start rejects with.
   * @throws {OperationalError} `MISSING_SOURCE_TOPIC`, `LOCKED` (the state folder is in use), `CLUSTER_UNREACHABLE`,
   *   `CLOSED` (its host is closed), ...
   * @throws {DiagnosticError} when topics to be joined differ in their number of partitions.
   */
  async start({ after = Promise.resolve() }: { readonly after?: Promise<void> } = {}): Promise<void> {
    if (this.state !== 'CREATED') {
      after.catch(() => undefined);
      throw new DiagnosticError({ message: `the application is ${this.state} already` });
    }
    this.#after = after;
    this.#leaveHost = this.#host?.join(this);
    this.#state.next('REBALANCING');
    this.#starting = this.#startThread();
    await this.#starting;
  }

  /**
   * Commits, leaves the group and closes everything. A start that is under way is waited for.
   * @throws {OperationalError} `CLOSE_TIMED_OUT` when that takes longer than it may; it goes on all the same.
   */
  async close(options: StreamsCloseOptions = {}): Promise<void> {
    checkClose(options, 'options');
    const { timers } = this.#settings.environment;
    const { timeoutMs } = options;
    this.#stopping = true;
    this.#closeOptions = options;
    if (this.state === 'CREATED') this.#end('NOT_RUNNING');
    if (this.state === 'RUNNING' || this.state === 'REBALANCING') this.#state.next('PENDING_SHUTDOWN');
    this.#thread?.stop(options);
    this.#pauses.end();
    // A start that waits for a cluster that does not answer ends when its client is closed.
    const timer = timers.after(CLOSE_GRACE_MS, () => {
      if (this.#thread === undefined) void this.#life.close();
    });
    // Why a start has failed is told to whoever called it.
    const ended = Promise.resolve(this.#starting?.catch(() => undefined))
      .then(() => this.#running)
      .finally(() => timer.cancel());
    await (timeoutMs === undefined ? ended : endedWithin(timers, ended, timeoutMs));
  }

  /**
   * Holds back processing, punctuators and standby tasks, of tasks that come later, too, until {@link StreamsApp.resume} (KIP-834). The
   * member stays in its group, commits what it has processed and restores what it is given. May be called before the start.
   */
  pause(): void {
    this.#processing.pause();
  }

  /** Goes on with what {@link StreamsApp.pause} has held back. */
  resume(): void {
    this.#processing.resume();
  }

  get isPaused(): boolean {
    return this.#processing.isPaused;
  }

  /**
   * Rows of a table, by the name of its store, over all tasks of this process. Its methods reject with `STORE_NOT_AVAILABLE`
   * while the process has no task of it, and, unless stale rows are allowed, while one of them is being restored.
   */
  keyValueStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyKeyValueStore<K, V> {
    checkStoreKind(name, KEY_VALUE_KINDS, this.#settings.topology.stores);
    checkStoreQuery(options, 'options');
    return compositeKeyValueStore<K, V>(name, () => this.#thread?.queries.tasks ?? [], options);
  }

  /** Rows of a windowed table; see {@link StreamsApp.keyValueStore}. */
  windowStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyWindowStore<K, V> {
    checkStoreKind(name, WINDOW_KINDS, this.#settings.topology.stores);
    checkStoreQuery(options, 'options');
    return compositeWindowStore<K, V>(name, () => this.#thread?.queries.tasks ?? [], options);
  }

  /** Instances with an `application.server`, and what they have, as told with the last assignment (KIP-67, KIP-535). */
  metadataForAllStreamsClients(): readonly StreamsMetadata[] {
    return this.locations().clients;
  }

  /** Those of them that have something of a store. @throws {DiagnosticError} where the topology has no such store. */
  streamsMetadataForStore(store: string): readonly StreamsMetadata[] {
    return clientsWithStore(this.locations(), store);
  }

  /**
   * Where the rows of a key are.
   * @param by the serde of the key, where it is partitioned as Kafka's producer does; else what decides the partition.
   * @throws {DiagnosticError} where the topology has no such store.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` before the application has seen how many partitions there are.
   */
  queryMetadataForKey<K>(store: string, key: K, by: KeyPartitioner<K>): KeyQueryMetadata {
    return keyQueryMetadata(this.locations(), { store, key, by });
  }

  /** How far the stores of this process are behind their changelogs, by store and partition; nothing while it does not run. */
  async allLocalStorePartitionLags(): Promise<StoreLags> {
    return (await this.#thread?.queries.lags()) ?? new Map();
  }

  /** What {@link StreamsApp.queryMetadataForKey} and its like are answered from, as plain data. */
  locations(): StateLocations {
    return this.#thread?.queries.locations ?? unknownLocations(this.#settings);
  }

  async #startThread(): Promise<void> {
    try {
      const thread = await this.#createThread();
      this.#running = this.#supervise(thread);
    } catch (error) {
      this.#errors.next(error);
      await this.#life.close();
      this.#end('ERROR');
      throw error;
    }
  }

  async #createThread(): Promise<StreamThread> {
    const { admin, topics } = this.#host ?? (this.#own ??= await ownAccess(this.#life, this.#settings));
    const { topology } = this.#settings;
    const prepared = prepareTopics(topics, topology, this.#settings, this.#shared.describeTopics);
    // Closing ends a start that waits for what goes on for others.
    const [plan] = await Promise.all([unlessAborted(prepared, this.#life.signal), this.#after]);
    const thread = StreamThread.create(this.#settings, plan, {
      ...this.#shared,
      admin,
      topics,
      host: this.#host,
      pause: this.#processing,
      onPhase: (phase) => this.#onPhase(phase),
      onFailed: async (error) => (this.#response = await this.#respondTo(error)),
      onRestored: (progress) => this.#restores.next(progress),
    });
    this.#thread = thread;
    if (this.#stopping) thread.stop(this.#closeOptions);
    return thread;
  }

  #onPhase(phase: AssignmentPhase): void {
    // After either there is but one state to come.
    if (this.#stopping || this.state === 'PENDING_ERROR') return;
    if (phase === 'running') this.#pauses.running();
    const next = phase === 'running' ? 'RUNNING' : 'REBALANCING';
    if (this.state !== next) this.#state.next(next);
  }

  /** Runs loop after loop, as long as failures are answered with `REPLACE_THREAD`. Never rejects. */
  async #supervise(first: StreamThread): Promise<void> {
    let thread: StreamThread | undefined = first;
    for (;;) {
      try {
        thread ??= await this.#createThread();
        await thread.run();
        if (this.#stopping || !thread.isOutdated) break;
        thread = this.#nextThread();
      } catch (error) {
        if (this.#isLateStop(error)) {
          this.#settings.logger.warn(messageOf(error));
          if (this.#stopping) break;
          thread = this.#nextThread();
          continue;
        }
        const response = this.#response ?? (await this.#respondTo(error));
        if (response !== 'REPLACE_THREAD') return this.#endInError();
        const hasStarted = thread !== undefined;
        thread = this.#nextThread();
        const pauseMs = this.#pauses.pauseAfter(error, { hasStarted });
        this.#settings.logger.info('another processing loop begins after a pause', { pauseMs });
        await this.#pauses.wait(pauseMs);
        if (this.#stopping) break;
      }
    }
    await this.#life.close();
    this.#end('NOT_RUNNING');
  }

  /** Lets go of the loop that has ended: another one is to be made. */
  #nextThread(): undefined {
    this.#response = undefined;
    this.#onPhase('rebalancing');
    this.#retireThread();
  }

  async #endInError(): Promise<void> {
    await this.#life.close();
    this.#end('ERROR');
  }

  #isLateStop(error: unknown): boolean {
    const isAsked = this.#stopping || this.#thread?.isOutdated === true;
    return isAsked && error instanceof OperationalError && error.code === 'STOP_TIMED_OUT';
  }

  /** Tells of a failure, and answers what is done about it. */
  async #respondTo(error: unknown): Promise<StreamThreadExceptionResponse> {
    if (this.#isLateStop(error)) return 'SHUTDOWN_CLIENT';
    this.#failures++;
    this.#errors.next(error);
    const response = this.#stopping ? 'SHUTDOWN_CLIENT' : await this.#answerTo(error);
    this.#settings.logger.error('the processing loop failed', { error: messageOf(error), response });
    if (response !== 'REPLACE_THREAD') this.#state.next('PENDING_ERROR');
    return response;
  }

  #answerTo(error: unknown): StreamThreadExceptionResponse | Promise<StreamThreadExceptionResponse> {
    return this.#shared.place?.respondTo(error) ?? this.#uncaught.responseTo(error);
  }

  /** Lets go of a loop that has ended, and keeps what it has counted. */
  #retireThread(): void {
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#thread = undefined;
    this.#past = withThread(this.#past, thread);
  }

  #end(state: 'NOT_RUNNING' | 'ERROR'): void {
    this.#leaveHost?.();
    this.#retireThread();
    this.#state.next(state);
    this.#state.complete();
    this.#errors.complete();
    this.#restores.complete();
  }
}
