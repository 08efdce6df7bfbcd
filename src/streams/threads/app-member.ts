import { unreachable } from '../../base/assert.ts';
import type { Environment, Timer } from '../../base/environment.ts';
import { RestartBackoff } from '../../base/restart-backoff.ts';
import type { StreamThreadExceptionResponse } from '../runtime/failures.ts';
import type { RestoreProgress } from '../runtime/restorer.ts';
import type { StoreLags } from '../runtime/state-locations.ts';
import { STOP_MS_MAX } from '../runtime/stop-limits.ts';
import type { StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import type { StreamsMetrics, StreamsState } from '../runtime/streams-metrics.ts';
import { errorOf, errorRecord } from './error-record.ts';
import { type HostThread, RESTART_BACKOFF, type ThreadLoss, type ThreadTenant } from './host-thread.ts';
import type { AppEvent, Found, StoreCall, ToldLocations } from './messages.ts';
import { isThreadEnded, isThreadSilent, threadEnded } from './thread-ended.ts';
import { writeLine } from './thread-logger.ts';
import type { ThreadedSettings } from './threaded-options.ts';

/** How long the clients of an application may take to close, after its last commit, before its thread is ended wherever it is. */
const CLIENTS_CLOSE_MS_MAX = 10_000;

/** What the application hears of its members. */
interface AppMemberHandlers {
  readonly onState: () => void;
  readonly onRestored: (progress: RestoreProgress) => void;
  /** It was given tasks, in {@link AppMember.generationId}. */
  readonly onAssigned: () => void;
  /** Its processing loop has failed, and waits for what is done about it. */
  readonly onFailed: (member: AppMember, error: unknown) => StreamThreadExceptionResponse;
  /** Its thread has ended by itself, with all that it held; or it could not be started again. */
  readonly onLost: (member: AppMember, loss: ThreadLoss) => void;
}

interface AppMemberParts extends AppMemberHandlers {
  readonly settings: ThreadedSettings;
  readonly environment: Environment;
  /** Names the process, in one life of it. */
  readonly instance: string;
  /** The one that it runs on. */
  readonly thread: HostThread;
}

/** An application on one of its stream threads, where it is a member of its group. */
export class AppMember implements ThreadTenant {
  readonly #parts: AppMemberParts;
  readonly #backoff: RestartBackoff;
  #state: StreamsState = 'CREATED';
  /** Its number in the thread, once it has one. */
  #app: number | undefined;
  /** It is in the thread, or is being started there. */
  #isThere = false;
  #generationId: number | undefined;
  #isStarted = false;
  #isClosing = false;
  /** It starts with the thread that takes the place of one that has ended. */
  #waitsForThread = false;
  /** See {@link ThreadLoss.isSuspect}, of the last end of its thread. */
  #isSuspect = false;
  #restart: Timer | undefined;
  #ended: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;
  #isPaused = false;
  /** The last that is known of it in the thread. */
  #metrics: StreamsMetrics | undefined;

  constructor(parts: AppMemberParts) {
    this.#parts = parts;
    this.#backoff = new RestartBackoff(RESTART_BACKOFF, parts.environment);
  }

  get applicationId(): string {
    return this.#parts.settings.applicationId;
  }

  /** The number of its thread. */
  get thread(): number {
    return this.#parts.thread.number;
  }

  /** Of the application in the thread; that of the last one where it has none. */
  get state(): StreamsState {
    return this.#state;
  }

  /** Resolves when there is nothing of it in the thread any more. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Of the group, in which it was given tasks last; undefined where it was not since it has started. */
  get generationId(): number | undefined {
    return this.#generationId;
  }

  /** Nothing is to be heard of it until somebody starts it again. */
  get isGone(): boolean {
    return !this.#isThere;
  }

  get isStarting(): boolean {
    return this.#isThere && !this.#isStarted;
  }

  /** All members that there are have been given tasks, the last of them in this generation. */
  tellCompanions(generationId: number): void {
    if (this.#app !== undefined)
      this.#parts.thread.post({ kind: 'companions', app: this.#app, generationId });
  }

  /** Pauses it, or has it go on, in whatever thread it is from now on. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (this.#app !== undefined && this.#isThere)
      this.#parts.thread.post({ kind: 'setPaused', app: this.#app, isPaused });
  }

  get isRunning(): boolean {
    return this.#isStarted;
  }

  /**
   * Starts it in its thread, which is started where there is none.
   * @throws what the module of the topology and the start of an application throw; {OperationalError} `STREAM_THREAD_ENDED`.
   */
  async start(): Promise<void> {
    const { thread, settings } = this.#parts;
    if (this.#isClosing) throw threadEnded();
    this.#restart?.cancel();
    this.#waitsForThread = false;
    this.#isSuspect = false;
    this.#backoff.started();
    this.#setState('REBALANCING');
    thread.ensureRunning();
    const app = (this.#app ??= thread.join(this));
    this.#isThere = true;
    this.#generationId = undefined;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    const { topology, optionsOf, threads } = settings;
    const { instance } = this.#parts;
    const options = optionsOf(thread.number);
    try {
      await thread.call({
        kind: 'startApp',
        app,
        thread: thread.number,
        threads,
        instance,
        topology,
        options,
        isPaused: this.#isPaused,
      });
    } catch (error) {
      this.#gone();
      throw error;
    }
    this.#isStarted = this.#isThere;
  }

  /** Starts it again in the place of the one that has ended with an error: with its thread, or after a while. */
  startAgain(error: unknown): void {
    const { thread, environment } = this.#parts;
    if (!isThreadEnded(error)) {
      const delayMs = this.#backoff.delayAfter(error);
      this.#restart = environment.timers.after(delayMs, () => this.#tryAgain());
    } else if (thread.isRunning) this.#tryAgain();
    else {
      this.#waitsForThread = true;
      thread.restart();
    }
  }

  threadRestarted(): void {
    if (this.#waitsForThread) this.#tryAgain();
  }

  lost(loss: ThreadLoss): void {
    const wasStarted = this.#isStarted;
    const hasEnded = this.#state === 'NOT_RUNNING' || this.#state === 'ERROR';
    this.#gone();
    this.#isSuspect = loss.isSuspect;
    if (this.#isClosing || hasEnded || !wasStarted) return;
    this.#parts.onLost(this, loss);
  }

  /**
   * Asks for what it has of a store, whose keys and values its caller knows the types of.
   * @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the store throws.
   */
  ask<T>(call: StoreCall): Promise<Found<T>> {
    if (this.#app === undefined) return Promise.reject(threadEnded());
    return this.#parts.thread.ask<Found<T>>({ ...call, app: this.#app });
  }

  /** A number for a scan of rows. */
  nextNumber(): number {
    return this.#parts.thread.nextNumber();
  }

  closeScan(scan: number): void {
    if (this.#app !== undefined) this.#parts.thread.post({ kind: 'closeScan', app: this.#app, scan });
  }

  /** Makes its processing loop fail. */
  fail(error: unknown): void {
    if (this.#app === undefined) return;
    this.#parts.thread.post({ kind: 'fail', app: this.#app, error: errorRecord(error) });
  }

  /** What is known of it, newly asked where it runs. */
  async metrics(): Promise<StreamsMetrics | undefined> {
    if (!this.#isStarted || this.#app === undefined) return this.#metrics;
    try {
      this.#metrics = await this.#parts.thread.ask<StreamsMetrics>({ kind: 'metrics', app: this.#app });
    } catch (error) {
      if (!isThreadEnded(error) && !isThreadSilent(error)) throw error;
    }
    return this.#metrics;
  }

  /** Asks what the group's leader has told it; undefined where it does not answer. */
  locations(): Promise<ToldLocations | undefined> {
    return this.#askRunning<ToldLocations>('locations');
  }

  /** Asks how far its stores are behind their changelogs; undefined where it does not answer. */
  lags(): Promise<StoreLags | undefined> {
    return this.#askRunning<StoreLags>('lags');
  }

  async #askRunning<T>(kind: 'locations' | 'lags'): Promise<T | undefined> {
    if (!this.#isStarted || this.#app === undefined) return undefined;
    try {
      return await this.#parts.thread.ask<T>({ kind, app: this.#app });
    } catch (error) {
      if (isThreadEnded(error) || isThreadSilent(error)) return undefined;
      throw error;
    }
  }

  /** What was known last of it in the thread that has ended, which is not told again. */
  takeMetrics(): StreamsMetrics | undefined {
    const metrics = this.#metrics;
    this.#metrics = undefined;
    return metrics;
  }

  /** Ends it: in order, or else in time, with its thread. Never rejects. */
  async close(options: StreamsCloseOptions): Promise<void> {
    this.#isClosing = true;
    this.#restart?.cancel();
    const { thread } = this.#parts;
    if (this.#app === undefined) return;
    if (this.#isThere) await this.#closeThere(this.#app, options);
    thread.leave(this.#app);
  }

  async #closeThere(app: number, { timeoutMs, ...leaving }: StreamsCloseOptions): Promise<void> {
    const { thread, environment, settings } = this.#parts;
    const { logger, applicationId } = settings;
    const limitMs = Math.min(timeoutMs ?? STOP_MS_MAX, STOP_MS_MAX);
    const late = environment.timers.after(limitMs + CLIENTS_CLOSE_MS_MAX, () => {
      const fields = { applicationId, thread: thread.number };
      logger.warn('an application does not end, and is ended with its stream thread', fields);
      thread.terminate();
    });
    thread.endIfHeldUpBy(app);
    try {
      await thread.call({ kind: 'closeApp', app, options: { timeoutMs: limitMs, ...leaving } });
    } catch (error) {
      const isLate = isThreadEnded(error);
      if (!isLate) logger.warn('while an application was closed', { thread: thread.number, error });
    }
    await this.#ended;
    late.cancel();
  }

  take(event: AppEvent): void {
    switch (event.kind) {
      case 'state':
        return this.#setState(event.state);
      case 'failed': {
        const response = this.#parts.onFailed(this, errorOf(event.error));
        this.#parts.thread.post({ kind: 'respond', failure: event.failure, response });
        return;
      }
      case 'restored':
        return this.#parts.onRestored(event.progress);
      case 'assigned':
        this.#generationId = event.generationId;
        return this.#parts.onAssigned();
      case 'ended':
        this.#metrics = event.metrics;
        return this.#gone();
      case 'line':
        return writeLine(this.#parts.settings.logger, event.line);
      default:
        return unreachable(event);
    }
  }

  #tryAgain(): void {
    this.start().catch((error: unknown) => {
      if (!this.#isClosing) this.#parts.onLost(this, { error, isSuspect: this.#isSuspect });
    });
  }

  /** There is nothing of it in the thread any more. */
  #gone(): void {
    this.#isThere = false;
    this.#isStarted = false;
    this.#end();
  }

  #setState(state: StreamsState): void {
    this.#state = state;
    this.#parts.onState();
  }
}
