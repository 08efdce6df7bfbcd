import type { Environment, ServiceThread, ThreadLimits, Threads, Timer } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { PendingCalls } from '../../base/pending-calls.ts';
import { RestartBackoff } from '../../base/restart-backoff.ts';
import { unreachable } from '../../base/assert.ts';
import type { StreamThreadExceptionResponse } from '../runtime/failures.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import { STOP_MS_MAX } from '../runtime/stop-limits.ts';
import type { StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import { service } from './app-service.ts';
import { receivedValue } from './copied-values.ts';
import { errorOf, errorRecord } from './error-record.ts';
import type { Found, FromThread, StoreCall, ThreadAnswers, ThreadCall, ToThread } from './messages.ts';
import { isThreadEnded, threadEnded } from './thread-ended.ts';
import { writeLine } from './thread-logger.ts';
import type { ThreadedSettings } from './threaded-options.ts';

/** How long the clients of a thread may take to close, after its last commit, before it is ended wherever it is. */
const CLIENTS_CLOSE_MS_MAX = 10_000;
/** How long another thread is waited for in the place of one that has ended, again and again. */
const RESTART_BACKOFF = { initialMs: 100, maxMs: 15_000 };

/** What whoever has made the thread hears of it. */
interface AppThreadHandlers {
  readonly onState: () => void;
  readonly onRestored: (progress: RestoreProgress) => void;
  /** Its processing loop has failed, and the thread waits for what is done about it. */
  readonly onFailed: (thread: AppThread, error: unknown) => StreamThreadExceptionResponse;
  /** It has ended by itself, with all that it held. */
  readonly onDied: (thread: AppThread, error: unknown) => void;
}

interface AppThreadParts extends AppThreadHandlers {
  /** From 1. */
  readonly number: number;
  readonly settings: ThreadedSettings;
  readonly threads: Threads;
  readonly environment: Environment;
  readonly limits: ThreadLimits;
}

/** A stream thread of an application, as the thread sees it that the application is used from. */
export class AppThread {
  readonly number: number;
  readonly #parts: AppThreadParts;
  readonly #logger: Logger;
  readonly #backoff: RestartBackoff;
  readonly #calls = new PendingCalls();
  #state: StreamsState = 'CREATED';
  /** Undefined while there is none. */
  #thread: ServiceThread<ToThread> | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isClosing = false;
  #restart: Timer | undefined;
  /** The last that is known of the thread that runs, or has run last. */
  #metrics: StreamsMetrics | undefined;

  constructor(parts: AppThreadParts) {
    const { settings, environment } = parts;
    this.number = parts.number;
    this.#parts = parts;
    this.#logger = settings.logger;
    this.#backoff = new RestartBackoff(RESTART_BACKOFF, environment);
  }

  /** Of the application within it; that of the last one where it has none. */
  get state(): StreamsState {
    return this.#state;
  }

  /** Resolves when there is no such thread any more. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  get isRunning(): boolean {
    return this.#isStarted;
  }

  /**
   * Starts a thread, and the application in it.
   * @throws what the module of the topology and the start of an application throw; {OperationalError} `STREAM_THREAD_ENDED`.
   */
  async start(): Promise<void> {
    const { threads, limits, settings, number } = this.#parts;
    await this.#ended;
    if (this.#isClosing) throw threadEnded();
    this.#backoff.started();
    this.#setState('REBALANCING');
    this.#ended = new Promise((resolve) => {
      this.#thread = threads.start(
        service,
        {
          onMessage: (message) => this.#take(message),
          onEnd: (failure) => {
            this.#onEnd(failure?.error);
            resolve();
          },
        },
        limits,
      );
    });
    const { topology, optionsOf, threads: count } = settings;
    await this.#call({
      ...{ kind: 'start', thread: number, threads: count },
      ...{ topology, options: optionsOf(number) },
    });
    this.#isStarted = true;
  }

  /** Starts another one after a while, in the place of the one that has ended with an error. */
  startAgain(error: unknown): void {
    // That it has ended says nothing of whether another one will.
    const delayMs = this.#backoff.delayAfter(isThreadEnded(error) ? undefined : error);
    this.#restart = this.#parts.environment.timers.after(delayMs, () => {
      this.start().catch((failure: unknown) => {
        if (!this.#isClosing) this.#parts.onDied(this, failure);
      });
    });
  }

  /**
   * Asks for what it has of a store, whose keys and values its caller knows the types of.
   * @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the store throws.
   */
  ask<T>(call: StoreCall): Promise<Found<T>> {
    return this.#post<Found<T>>(call);
  }

  /** A number for a scan of rows. */
  nextNumber(): number {
    return this.#calls.nextNumber();
  }

  closeScan(scan: number): void {
    this.#thread?.post({ kind: 'closeScan', scan });
  }

  /** Makes its processing loop fail. */
  fail(error: unknown): void {
    this.#thread?.post({ kind: 'fail', error: errorRecord(error) });
  }

  /** What is known of it, newly asked where it runs. */
  async metrics(): Promise<StreamsMetrics | undefined> {
    if (!this.#isStarted) return this.#metrics;
    try {
      this.#metrics = await this.#call({ kind: 'metrics' });
    } catch (error) {
      if (!isThreadEnded(error)) throw error;
    }
    return this.#metrics;
  }

  /** What was known last of the thread that has ended, which is not told again. */
  takeMetrics(): StreamsMetrics | undefined {
    const metrics = this.#metrics;
    this.#metrics = undefined;
    return metrics;
  }

  /** Ends it: in order, or else in time. Never rejects. */
  async close(options: StreamsCloseOptions): Promise<void> {
    this.#isClosing = true;
    this.#restart?.cancel();
    const thread = this.#thread;
    if (thread === undefined) return this.#ended;
    const { timeoutMs, ...leaving } = options;
    const limitMs = Math.min(timeoutMs ?? STOP_MS_MAX, STOP_MS_MAX);
    const late = this.#parts.environment.timers.after(limitMs + CLIENTS_CLOSE_MS_MAX, () => {
      this.#logger.warn('a stream thread does not end, and is ended', { thread: this.number });
      void thread.terminate();
    });
    try {
      await this.#call({ kind: 'close', options: { timeoutMs: limitMs, ...leaving } });
    } catch (error) {
      const isLate = isThreadEnded(error);
      if (!isLate) this.#logger.warn('while a stream thread was closed', { thread: this.number, error });
    }
    await this.#ended;
    late.cancel();
  }

  /** @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the thread throws. */
  #call<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    return this.#post<ThreadAnswers[C['kind']]>(call);
  }

  #post<T>(call: ThreadCall): Promise<T> {
    const thread = this.#thread;
    if (thread === undefined) return Promise.reject(threadEnded());
    return this.#calls.add<T>((id) => thread.post({ kind: 'call', id, call }));
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'answer':
        return this.#calls.answered(message.id, receivedValue(message.output));
      case 'failure':
        return this.#calls.failed(message.id, errorOf(message.error));
      case 'state':
        return this.#setState(message.state);
      case 'failed': {
        const response = this.#parts.onFailed(this, errorOf(message.error));
        this.#thread?.post({ kind: 'respond', failure: message.failure, response });
        return;
      }
      case 'restored':
        return this.#parts.onRestored(message.progress);
      case 'ended':
        this.#metrics = message.metrics;
        return;
      case 'log':
        return writeLine(this.#logger, message);
      default:
        return unreachable(message);
    }
  }

  #setState(state: StreamsState): void {
    this.#state = state;
    this.#parts.onState();
  }

  #onEnd(error: unknown): void {
    const wasStarted = this.#isStarted;
    const hasEnded = this.#state === 'NOT_RUNNING' || this.#state === 'ERROR';
    this.#thread = undefined;
    this.#isStarted = false;
    this.#calls.failAll(threadEnded(error));
    if (this.#isClosing || hasEnded || !wasStarted) return;
    this.#parts.onDied(this, threadEnded(error));
  }
}
