import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { Environment } from '../../base/environment.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import type { StreamThreadExceptionResponse, StreamsUncaughtExceptionHandler } from '../runtime/failures.ts';
import { newProcessId } from '../runtime/process-id.ts';
import { type StoreQueryOptions, storeWithoutTask } from '../runtime/queryable-stores.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import {
  clientsWithStore,
  type KeyPartitioner,
  type KeyQueryMetadata,
  keyQueryMetadata,
  type StateLocations,
  type StoreLags,
  type StreamsMetadata,
} from '../runtime/state-locations.ts';
import { mergedLags } from '../runtime/store-lags.ts';
import { endedWithin } from '../runtime/stop-limits.ts';
import { checkClose, type StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import { UncaughtErrors } from '../runtime/uncaught-errors.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../state/store.ts';
import { AppMember } from './app-member.ts';
import { threadedKeyValueStore, threadedWindowStore } from './asked-stores.ts';
import type { HostThread, ThreadLoss } from './host-thread.ts';
import { refuseInStreamThread } from './in-stream-thread.ts';
import type { ToldLocations } from './messages.ts';
import { isThreadEnded } from './thread-ended.ts';
import { hostThreads, type ThreadSource } from './thread-source.ts';
import {
  type ThreadedSettings,
  threadedSettings,
  type ThreadedStreamsAppOptions,
} from './threaded-options.ts';
import { metricsOfAll, NOTHING_COUNTED, withPast } from './threads-metrics.ts';

/**
 * Runs a topology on stream threads (`num.stream.threads` of Kafka Streams): worker threads, so that processing uses several
 * cores, and none of the event loop of the thread that makes the application. On each of them it is a member of its group, which
 * spreads the tasks over them, and over other processes. They are its own, with a loop, connections and a RocksDB each, or those of a
 * {@link ThreadedStreamsHost}. Functions cannot be sent to a thread: each one loads the module that exports the topology.
 *
 * @example
 * // topology.js exports a topology, or a function that builds it.
 * const app = new ThreadedStreamsApp({
 *   applicationId: 'word-count',
 *   bootstrapServers: 'localhost:9092',
 *   threads: 4,
 *   topology: { module: new URL('./topology.js', import.meta.url), export: 'wordCount' },
 * });
 * await app.start();
 * // ...
 * await app.close();
 */
export class ThreadedStreamsApp {
  readonly #settings: ThreadedSettings;
  readonly #environment: Environment;
  readonly #uncaught: UncaughtErrors;
  /** None where it has a host. */
  readonly #ownThreads: readonly HostThread[];
  readonly #members: readonly AppMember[];
  readonly #state = new BehaviorSubject<StreamsState>('CREATED');
  readonly #errors = new Subject<unknown>();
  readonly #restores = new Subject<RestoreProgress>();
  #hasHandler: boolean;
  #leaveHost: (() => void) | undefined;
  /** Who asks all instances of the application to end, in the place of one that is gone. */
  #spokesman: AppMember | undefined;
  #ending: Promise<void> | undefined;
  #failures = 0;
  #isPaused = false;
  #past = NOTHING_COUNTED;

  /** @throws {ArgumentError} for an option that is not what its type says, or that cannot be sent to a thread. */
  constructor(options: ThreadedStreamsAppOptions, source: ThreadSource = {}) {
    refuseInStreamThread('application');
    const settings = (this.#settings = threadedSettings(options));
    const { environment = nodeEnvironment } = source;
    this.#environment = environment;
    this.#hasHandler = options.onUncaught !== undefined;
    this.#uncaught = new UncaughtErrors(settings, (error) => this.#errors.next(error));
    const { host, applicationId, threads: count, logger } = settings;
    this.#ownThreads =
      host === undefined ? hostThreads(source, { count, logger, sharedOf: () => undefined }) : [];
    const threads = host?.threadsOf(applicationId, count) ?? this.#ownThreads;
    const parts = {
      ...{ settings, environment, instance: newProcessId(environment) },
      onState: () => this.#showState(),
      onRestored: (progress: RestoreProgress) => this.#restores.next(progress),
      onAssigned: () => this.#tellCompanions(),
      onFailed: (member: AppMember, error: unknown) => this.#onFailed(member, error),
      onLost: (member: AppMember, loss: ThreadLoss) => this.#onLost(member, loss),
    };
    this.#members = threads.map((thread) => new AppMember({ ...parts, thread }));
  }

  /**
   * Sets what happens when a thread fails, as the option `onUncaught` does. It is called on this thread.
   * @throws {DiagnosticError} once the application has been started.
   */
  setUncaughtExceptionHandler(handler: StreamsUncaughtExceptionHandler): void {
    this.#uncaught.setHandler(handler, this.state);
    this.#hasHandler = true;
  }

  /** The current state, then every change of it: RUNNING when all threads are. Completes when the application has ended. */
  get state$(): Observable<StreamsState> {
    return this.#state.asObservable();
  }

  get state(): StreamsState {
    return this.#state.value;
  }

  /** Everything that made a thread fail. Completes when the application has ended. */
  get errors$(): Observable<unknown> {
    return this.#errors.asObservable();
  }

  /** The start, each batch and the end of the restoring of stores, in all threads. Completes when the application has ended. */
  get restores$(): Observable<RestoreProgress> {
    return this.#restores.asObservable();
  }

  /** A snapshot of the metrics every second while somebody watches. Completes when the application has ended. */
  get metrics$(): Observable<StreamsMetrics> {
    return new Observable((subscriber) => {
      const look = (): Promise<void> =>
        this.metrics().then(
          (metrics) => subscriber.next(metrics),
          (error: unknown) => subscriber.error(error),
        );
      const first = look();
      const timer = this.#environment.timers.every(1000, () => void look());
      subscriber.add(() => timer.cancel());
      subscriber.add(this.#state.subscribe({ complete: () => void first.then(() => subscriber.complete()) }));
    });
  }

  /** What all threads have counted, which they are asked for. */
  async metrics(): Promise<StreamsMetrics> {
    const parts = await Promise.all(this.#members.map((member) => member.metrics()));
    const { state } = this;
    const all = { state, failures: this.#failures, past: this.#past };
    return metricsOfAll(
      parts.filter((part) => part !== undefined),
      all,
    );
  }

  /**
   * Starts the threads. Resolves when each of them has joined the group's preparation; watch {@link ThreadedStreamsApp.state$} for
   * `RUNNING`. Where one cannot start, all end.
   * @throws {DiagnosticError} where the module of the topology cannot be loaded, or exports none, and as
   *   {@link StreamsApp.start} does.
   * @throws {OperationalError} as {@link StreamsApp.start} does; `STREAM_THREAD_ENDED`.
   */
  async start(): Promise<void> {
    if (this.state !== 'CREATED')
      throw new DiagnosticError({ message: `the application is ${this.state} already` });
    this.#leaveHost = this.#settings.host?.join(this);
    this.#state.next('REBALANCING');
    try {
      await Promise.all(this.#members.map((member) => member.start()));
    } catch (error) {
      if (this.#ending === undefined) {
        this.#errors.next(error);
        this.#state.next('PENDING_ERROR');
        this.#ending = this.#end('ERROR');
      }
      await this.#ending;
      throw error;
    }
  }

  /**
   * Commits, leaves the group and ends all threads; one that does not answer is ended where it is.
   * @throws {OperationalError} `CLOSE_TIMED_OUT` when that takes longer than it may; it goes on all the same.
   */
  async close(options: StreamsCloseOptions = {}): Promise<void> {
    checkClose(options, 'options');
    if (this.#ending === undefined) {
      if (this.state !== 'CREATED') this.#state.next('PENDING_SHUTDOWN');
      this.#ending = this.#end('NOT_RUNNING', options);
    }
    const { timeoutMs } = options;
    const { timers } = this.#environment;
    await (timeoutMs === undefined ? this.#ending : endedWithin(timers, this.#ending, timeoutMs));
  }

  /** As {@link StreamsApp.pause}, of all threads, and of those that take their places. */
  pause(): void {
    this.#setPaused(true);
  }

  /** As {@link StreamsApp.resume}. */
  resume(): void {
    this.#setPaused(false);
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Rows of a table, by the name of its store, over the tasks of all threads, which are asked for them. Its methods reject with
   * `STORE_NOT_AVAILABLE` while no thread has a task of it, or one has ended, and, unless stale rows are allowed, while a thread is
   * not RUNNING, or a task moves from one to another. Rows are copied: plain data and bytes as they are, instances of classes as plain objects.
   */
  keyValueStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyKeyValueStore<K, V> {
    return threadedKeyValueStore<K, V>(name, this.#members, options);
  }

  /** Rows of a windowed table; see {@link ThreadedStreamsApp.keyValueStore}. */
  windowStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyWindowStore<K, V> {
    return threadedWindowStore<K, V>(name, this.#members, options);
  }

  /** As {@link StreamsApp.metadataForAllStreamsClients}, which a thread is asked for. */
  async metadataForAllStreamsClients(): Promise<readonly StreamsMetadata[]> {
    return (await this.#locations())?.clients ?? [];
  }

  /**
   * As {@link StreamsApp.streamsMetadataForStore}, which a thread is asked for.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where none answers.
   */
  async streamsMetadataForStore(store: string): Promise<readonly StreamsMetadata[]> {
    return clientsWithStore(await this.#locationsOf(store), store);
  }

  /**
   * As {@link StreamsApp.queryMetadataForKey}, which a thread is asked for; `by` is called on this thread.
   * @throws {OperationalError} `STORE_NOT_AVAILABLE` where none answers.
   */
  async queryMetadataForKey<K>(store: string, key: K, by: KeyPartitioner<K>): Promise<KeyQueryMetadata> {
    return keyQueryMetadata(await this.#locationsOf(store), { store, key, by });
  }

  /** As {@link StreamsApp.allLocalStorePartitionLags}, of all threads. */
  async allLocalStorePartitionLags(): Promise<StoreLags> {
    const parts = await Promise.all(this.#members.map((member) => member.lags()));
    return mergedLags(parts.filter((part) => part !== undefined));
  }

  async #locationsOf(store: string): Promise<StateLocations> {
    const locations = await this.#locations();
    if (locations === undefined) throw storeWithoutTask(store);
    return locations;
  }

  /** What the thread knows that was told last: all are told the same in one generation of the group. */
  async #locations(): Promise<StateLocations | undefined> {
    const told = await Promise.all(this.#members.map((member) => member.locations()));
    return told
      .filter((each) => each !== undefined)
      .reduce<ToldLocations | undefined>(
        (last, each) => (last === undefined || each.generationId > last.generationId ? each : last),
        undefined,
      )?.locations;
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const member of this.#members) member.setPaused(isPaused);
  }

  #showState(): void {
    if (this.#ending !== undefined || this.state === 'CREATED') return;
    const isRunning = this.#members.every(({ state }) => state === 'RUNNING');
    const next = isRunning ? 'RUNNING' : 'REBALANCING';
    if (this.state !== next) this.#state.next(next);
  }

  /**
   * Once each member has been given tasks: see `ThreadPlace`. Those that have ended keep nobody waiting: another one that takes
   * their place says what it has when it joins.
   */
  #tellCompanions(): void {
    const there = this.#members.filter(({ isGone }) => !isGone);
    const generations = there.map(({ generationId }) => generationId).filter((each) => each !== undefined);
    if (generations.length < there.length) return;
    for (const member of there) member.tellCompanions(Math.max(...generations));
  }

  /** Answers a member that waits for it. */
  #onFailed(member: AppMember, error: unknown): StreamThreadExceptionResponse {
    if (this.#spokesman === member) return 'SHUTDOWN_APPLICATION';
    if (this.#ending !== undefined) return 'SHUTDOWN_CLIENT';
    const response = this.#respond(error, this.#uncaught.responseTo(error));
    // It is in the group still while it asks the others to end; then they end, too.
    if (response === 'SHUTDOWN_APPLICATION') this.#ending = member.ended.then(() => this.#end('ERROR'));
    if (response === 'SHUTDOWN_CLIENT') this.#ending = this.#end('ERROR');
    return response;
  }

  /** Answers for a member that is gone. */
  #onLost(member: AppMember, loss: ThreadLoss): void {
    if (this.#ending !== undefined) return;
    const { error } = loss;
    this.#past = withPast(this.#past, member.takeMetrics());
    this.#tellCompanions();
    const response = this.#respond(
      error,
      this.#goesOnUnasked(loss) ? 'REPLACE_THREAD' : this.#uncaught.responseTo(error),
    );
    this.#tellLoss({ thread: member.thread, error, response });
    if (response === 'REPLACE_THREAD') {
      member.startAgain(error);
      this.#showState();
    } else {
      const isForAll = response === 'SHUTDOWN_APPLICATION';
      this.#ending = (isForAll ? this.#askAllToEnd(member, error) : Promise.resolve()).then(() =>
        this.#end('ERROR'),
      );
    }
  }

  /** A host tells of the end of its thread once, for all its applications: those that go on have nothing to add. */
  #tellLoss(loss: {
    readonly thread: number;
    readonly error: unknown;
    readonly response: StreamThreadExceptionResponse;
  }): void {
    const { logger, applicationId, host } = this.#settings;
    const isTold = host !== undefined && isThreadEnded(loss.error) && loss.response === 'REPLACE_THREAD';
    if (!isTold) logger.error('a stream thread has ended', { applicationId, ...loss });
  }

  /** A thread of a host may end of what another application does: that is no reason to end this one, where nobody says so. */
  #goesOnUnasked({ error, isSuspect }: ThreadLoss): boolean {
    return this.#settings.host !== undefined && !this.#hasHandler && !isSuspect && isThreadEnded(error);
  }

  /** Tells of a failure, and what is done about it. */
  #respond(error: unknown, response: StreamThreadExceptionResponse): StreamThreadExceptionResponse {
    this.#failures++;
    this.#errors.next(error);
    if (response !== 'REPLACE_THREAD') this.#state.next('PENDING_ERROR');
    return response;
  }

  /** Another member says it for the one that is gone; where there is none, that is started once more for it. */
  async #askAllToEnd(gone: AppMember, error: unknown): Promise<void> {
    const spokesman = this.#members.find(({ isRunning }) => isRunning) ?? gone;
    this.#spokesman = spokesman;
    try {
      if (!spokesman.isRunning) await spokesman.start();
      spokesman.fail(error);
      await spokesman.ended;
    } catch (failure) {
      const { logger } = this.#settings;
      logger.warn('the other instances could not be asked to end', { error: messageOf(failure) });
    }
  }

  async #end(state: 'NOT_RUNNING' | 'ERROR', options: StreamsCloseOptions = {}): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close(options)));
    await Promise.all(this.#ownThreads.map((thread) => thread.close()));
    this.#leaveHost?.();
    this.#state.next(state);
    this.#state.complete();
    this.#errors.complete();
    this.#restores.complete();
  }
}
