import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { Environment, ThreadLimits, Threads } from '../../base/environment.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { nodeThreads } from '../../base/io/node-threads.ts';
import type { StreamThreadExceptionResponse, StreamsUncaughtExceptionHandler } from '../runtime/failures.ts';
import type { StoreQueryOptions } from '../runtime/queryable-stores.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import { endedWithin } from '../runtime/stop-limits.ts';
import { checkClose, type StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import { UncaughtErrors } from '../runtime/uncaught-errors.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../state/store.ts';
import { AppThread } from './app-thread.ts';
import { threadedKeyValueStore, threadedWindowStore } from './asked-stores.ts';
import { isStreamThread } from './in-stream-thread.ts';
import {
  type ThreadedSettings,
  threadedSettings,
  type ThreadedStreamsAppOptions,
} from './threaded-options.ts';
import { metricsOfAll, NOTHING_COUNTED, withPast } from './threads-metrics.ts';

/** Where threads come from, and what they may take. */
interface ThreadedParts {
  readonly threads?: Threads;
  readonly environment?: Environment;
  readonly limits?: ThreadLimits;
}

/**
 * Runs a topology on stream threads (`num.stream.threads` of Kafka Streams): worker threads, so that processing uses several
 * cores, and none of the event loop of the thread that makes the application. Each of them is a member of the application's group
 * with a loop, connections and a RocksDB of its own; the group spreads the tasks over them, and over other processes. Functions cannot
 * be sent to a thread: each one loads the module that exports the topology.
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
  readonly #threads: readonly AppThread[];
  readonly #state = new BehaviorSubject<StreamsState>('CREATED');
  readonly #errors = new Subject<unknown>();
  readonly #restores = new Subject<RestoreProgress>();
  /** The thread that asks all instances of the application to end, in the place of one that has died. */
  #spokesman: AppThread | undefined;
  #ending: Promise<void> | undefined;
  #failures = 0;
  #past = NOTHING_COUNTED;

  /** @throws {ArgumentError} for an option that is not what its type says, or that cannot be sent to a thread. */
  constructor(
    options: ThreadedStreamsAppOptions,
    { threads = nodeThreads, environment = nodeEnvironment, limits = {} }: ThreadedParts = {},
  ) {
    if (isStreamThread()) {
      throw new DiagnosticError({
        message: 'a stream thread makes no application of its own',
        hint: 'put the topology into another module than the one that makes the application: each thread loads it',
      });
    }
    const settings = (this.#settings = threadedSettings(options));
    this.#environment = environment;
    this.#uncaught = new UncaughtErrors(settings, (error) => this.#errors.next(error));
    const parts = {
      ...{ settings, threads, environment, limits },
      onState: () => this.#showState(),
      onRestored: (progress: RestoreProgress) => this.#restores.next(progress),
      onFailed: (thread: AppThread, error: unknown) => this.#onFailed(thread, error),
      onDied: (thread: AppThread, error: unknown) => this.#onDied(thread, error),
    };
    this.#threads = Array.from(
      { length: settings.threads },
      (_, index) => new AppThread({ ...parts, number: index + 1 }),
    );
  }

  /**
   * Sets what happens when a thread fails, as the option `onUncaught` does. It is called on this thread.
   * @throws {DiagnosticError} once the application has been started.
   */
  setUncaughtExceptionHandler(handler: StreamsUncaughtExceptionHandler): void {
    this.#uncaught.setHandler(handler, this.state);
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
    const parts = await Promise.all(this.#threads.map((thread) => thread.metrics()));
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
    this.#state.next('REBALANCING');
    try {
      await Promise.all(this.#threads.map((thread) => thread.start()));
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

  /**
   * Rows of a table, by the name of its store, over the tasks of all threads, which are asked for them. Its methods reject with
   * `STORE_NOT_AVAILABLE` while no thread has a task of it, or one has ended, and, unless stale rows are allowed, while a task of it
   * is being restored. Rows are copied: plain data and bytes as they are, instances of classes as plain objects.
   */
  keyValueStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyKeyValueStore<K, V> {
    return threadedKeyValueStore<K, V>(name, this.#threads, options);
  }

  /** Rows of a windowed table; see {@link ThreadedStreamsApp.keyValueStore}. */
  windowStore<K, V>(name: string, options: StoreQueryOptions = {}): ReadOnlyWindowStore<K, V> {
    return threadedWindowStore<K, V>(name, this.#threads, options);
  }

  #showState(): void {
    if (this.#ending !== undefined || this.state === 'CREATED') return;
    const isRunning = this.#threads.every(({ state }) => state === 'RUNNING');
    const next = isRunning ? 'RUNNING' : 'REBALANCING';
    if (this.state !== next) this.#state.next(next);
  }

  /** Answers a thread that waits for it. */
  #onFailed(thread: AppThread, error: unknown): StreamThreadExceptionResponse {
    if (this.#spokesman === thread) return 'SHUTDOWN_APPLICATION';
    if (this.#ending !== undefined) return 'SHUTDOWN_CLIENT';
    const response = this.#respondTo(error);
    // A thread is in the group still while it asks the others to end; then they end, too.
    if (response === 'SHUTDOWN_APPLICATION') this.#ending = thread.ended.then(() => this.#end('ERROR'));
    if (response === 'SHUTDOWN_CLIENT') this.#ending = this.#end('ERROR');
    return response;
  }

  /** Answers for a thread that cannot wait any more. */
  #onDied(thread: AppThread, error: unknown): void {
    if (this.#ending !== undefined) return;
    this.#past = withPast(this.#past, thread.takeMetrics());
    const response = this.#respondTo(error);
    const { logger, applicationId } = this.#settings;
    logger.error('a stream thread has ended', { applicationId, thread: thread.number, error, response });
    if (response === 'REPLACE_THREAD') {
      thread.startAgain(error);
      this.#showState();
    } else {
      const isForAll = response === 'SHUTDOWN_APPLICATION';
      this.#ending = (isForAll ? this.#askAllToEnd(thread, error) : Promise.resolve()).then(() =>
        this.#end('ERROR'),
      );
    }
  }

  #respondTo(error: unknown): StreamThreadExceptionResponse {
    this.#failures++;
    this.#errors.next(error);
    const response = this.#uncaught.responseTo(error);
    if (response !== 'REPLACE_THREAD') this.#state.next('PENDING_ERROR');
    return response;
  }

  /** Another thread says it for the one that is gone; where there is none, that is started once more for it. */
  async #askAllToEnd(dead: AppThread, error: unknown): Promise<void> {
    const spokesman = this.#threads.find(({ isRunning }) => isRunning) ?? dead;
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
    await Promise.all(this.#threads.map((thread) => thread.close(options)));
    this.#state.next(state);
    this.#state.complete();
    this.#errors.complete();
    this.#restores.complete();
  }
}
