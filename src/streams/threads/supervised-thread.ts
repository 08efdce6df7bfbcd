import type {
  Environment,
  ServiceThread,
  ThreadLimits,
  Threads,
  ThreadService,
  Timer,
} from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { PendingCalls } from '../../base/pending-calls.ts';
import { RestartBackoff, type RestartBackoffOptions } from '../../base/restart-backoff.ts';
import { errorOf } from './error-record.ts';
import {
  type CommonCall,
  type FromService,
  isCallMessage,
  isCommonCall,
  isCommonEvent,
  type Kinded,
  type ToService,
} from './service-messages.ts';
import { isThreadEnded, threadEnded } from './thread-ended.ts';
import { writeLine } from './thread-logger.ts';
import { ThreadSilence, type ThreadTenants } from './thread-silence.ts';
import { ThreadWatch, type Turn } from './thread-watch.ts';

/** How long a thread may take to let go of what its tenants share, which are closed by then. */
const CLOSE_MS_MAX = 10_000;

/** What becomes of a thread that has ended by itself. */
export interface ThreadEnd {
  /** What it ended with; undefined where it does not say. */
  readonly cause: unknown;
  /** Whose code ran then, of those that say so; -1 where it was nobody's. */
  readonly turn: number;
  /** {@link SupervisedThread.terminate} has ended it, wherever it was. */
  readonly isMeant: boolean;
  /** How long {@link SupervisedThread.restart} waits with another one. */
  readonly delayMs: number;
}

interface SupervisedThreadOptions<Command extends Kinded, Call, Event extends Kinded> {
  readonly service: ThreadService<ToService<Command, Call>, FromService<Event>>;
  readonly threads: Threads;
  readonly limits?: ThreadLimits | undefined;
  readonly environment: Pick<Environment, 'clock' | 'random' | 'timers'>;
  readonly logger: Logger;
  /** How long another thread waits to be started in the place of one that has ended. */
  readonly backoff: RestartBackoffOptions;
  /** What each thread is told first. It writes whose turn it is into {@link ThreadWatch.turn}. */
  readonly opening: (turn: Turn) => Command;
  /** Makes of an answer what was sent; by default it is as it came. */
  readonly received?: (output: unknown) => unknown;
  readonly onEvent: (event: Event) => void;
  /** It has ended by itself, and stays so until another one is asked for; what it was asked has been answered. */
  readonly onEnded: (end: ThreadEnd) => void;
  /** Another one has been started in its place. */
  readonly onRestarted: () => void;
  /** Who runs on it: see {@link ThreadSilence}. */
  readonly tenants: ThreadTenants;
  /** See {@link ThreadWatch}. */
  readonly silentMsMax?: number | undefined;
}

interface HeldMessages<Command, Call extends Kinded> {
  readonly messages: ToService<Command, Call>[];
  readonly except: ReadonlySet<Call['kind']>;
}

/**
 * A worker thread that runs a service, as the thread sees it that has started it: it is asked, watched, and can be replaced where it
 * ends by itself, since something in it failed that nobody caught, or its memory was full.
 */
export class SupervisedThread<
  Command extends Kinded,
  Call extends Kinded,
  Answers extends { readonly [K in Call['kind']]: unknown },
  Event extends Kinded,
> {
  /** What becomes of it while it does not answer. */
  readonly silence: ThreadSilence;
  readonly #options: SupervisedThreadOptions<Command, Call, Event>;
  readonly #backoff: RestartBackoff;
  readonly #calls = new PendingCalls();
  readonly #watch: ThreadWatch;
  /** Undefined while there is none. */
  #thread: ServiceThread<ToService<Command, Call>> | undefined;
  /** What is said to it while it must not begin; undefined: it may. */
  #held: HeldMessages<Command, Call> | undefined;
  #hasRun = false;
  #restart: Timer | undefined;
  /** Before the next start of one. */
  #delayMs = 0;
  #ended: Promise<void> = Promise.resolve();
  #isClosing = false;
  #isMeantToEnd = false;
  #closed: Promise<void> | undefined;

  constructor(options: SupervisedThreadOptions<Command, Call, Event>) {
    this.#options = options;
    const { environment, logger, tenants, silentMsMax } = options;
    this.#backoff = new RestartBackoff(options.backoff, environment);
    this.silence = new ThreadSilence(this, { tenants, logger, clock: environment.clock });
    this.#watch = new ThreadWatch({
      environment,
      ask: () => this.#ask({ kind: 'ping' }),
      onSilent: (silentMs) => this.silence.onSilent(silentMs),
      silentMsMax,
    });
  }

  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /** See {@link ThreadWatch.silentMs}. */
  get silentMs(): number {
    return this.#watch.silentMs;
  }

  /** Whose code runs, of those that say so; -1 where it is nobody's. */
  get turn(): number {
    return this.#watch.turn[0] ?? -1;
  }

  /** Starts a thread where there is none, without a wait for its turn. What is asked of it waits until it has loaded its modules. */
  ensureRunning(): void {
    if (!this.#canStart) return;
    this.#restart?.cancel();
    this.#restart = undefined;
    const isNext = this.#hasRun;
    this.#hasRun = true;
    this.#start();
    if (isNext) this.#options.onRestarted();
  }

  /** Starts another one in the place of one that has ended, after a while. */
  restart(): void {
    if (!this.#canStart || this.#restart !== undefined) return;
    this.#restart = this.#options.environment.timers.after(this.#delayMs, () => this.ensureRunning());
  }

  /** Holds back what is said to the thread, but for calls of some kinds, until something is done. */
  hold({
    until,
    except,
  }: {
    readonly until: Promise<void>;
    readonly except: ReadonlySet<Call['kind']>;
  }): void {
    const messages: ToService<Command, Call>[] = [];
    this.#held = { messages, except };
    const letGo = (): void => {
      this.#held = undefined;
      for (const message of messages) this.#thread?.post(message);
    };
    until.then(letGo, letGo);
  }

  /** Says something to the thread; nobody hears it where there is none. */
  post(command: Command): void {
    this.#say(command);
  }

  /** Asks something of the thread. @throws {OperationalError} `STREAM_THREAD_ENDED`, and whatever the thread throws. */
  call<C extends Call>(call: C): Promise<Answers[C['kind']]> {
    return this.#ask<Answers[C['kind']]>(call);
  }

  /**
   * As {@link call}, for as long as the thread answers; the caller knows what the answer is.
   * @throws {OperationalError} `STREAM_THREAD_SILENT`.
   */
  ask<T>(call: Call): Promise<T> {
    return this.silence.answered(() => this.#ask<T>(call));
  }

  /** A number that nothing else of the thread has. */
  nextNumber(): number {
    return this.#calls.nextNumber();
  }

  /** Ends the thread wherever it is, as if it had ended by itself. */
  terminate(): void {
    this.#isMeantToEnd = true;
    void this.#thread?.terminate();
  }

  /** Has the thread let go of what it has, and ends it; where it does not in time, wherever it is. Never rejects. */
  close({ timeoutMs = CLOSE_MS_MAX }: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#isClosing = true;
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    const { environment, logger } = this.#options;
    this.#watch.stop();
    this.#restart?.cancel();
    const thread = this.#thread;
    if (thread === undefined) return;
    const late = environment.timers.after(timeoutMs, () => void thread.terminate());
    await this.#ask({ kind: 'close' }).catch((error: unknown) => {
      if (!isThreadEnded(error)) logger.warn('while a stream thread was closed', { error });
      void thread.terminate();
    });
    await this.#ended;
    late.cancel();
  }

  #start(): void {
    const { threads, service, limits, opening } = this.#options;
    this.#watch.start();
    this.#ended = new Promise((resolve) => {
      const thread = threads.start(
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
      this.#thread = thread;
      this.#isMeantToEnd = false;
      thread.post(opening(this.#watch.turn));
    });
    this.#backoff.started();
  }

  #ask<T>(call: Call | CommonCall): Promise<T> {
    if (this.#thread === undefined) return Promise.reject(threadEnded());
    return this.#calls.add<T>((id) => this.#say({ kind: 'call', id, call }));
  }

  #say(message: ToService<Command, Call>): void {
    const held = this.#held;
    const isForNow =
      isCallMessage<Command, Call>(message) &&
      (isCommonCall(message.call) || held?.except.has(message.call.kind));
    if (held === undefined || isForNow === true) this.#thread?.post(message);
    else if (this.#thread !== undefined) held.messages.push(message);
  }

  #take(message: FromService<Event>): void {
    this.#watch.heard();
    if (!isCommonEvent(message)) return this.#options.onEvent(message);
    switch (message.kind) {
      case 'answer': {
        const { received = (output) => output } = this.#options;
        return this.#calls.answered(message.id, received(message.output));
      }
      case 'failure':
        return this.#calls.failed(message.id, errorOf(message.error));
      case 'log':
        return writeLine(this.#options.logger, message);
    }
  }

  get #canStart(): boolean {
    return this.#thread === undefined && !this.#isClosing;
  }

  #onEnd(cause: unknown): void {
    const { turn } = this;
    this.#thread = undefined;
    // The next one is told all of it anew.
    this.#held?.messages.splice(0);
    this.#watch.stop();
    this.#calls.failAll(threadEnded(cause));
    if (this.#isClosing) return;
    this.#delayMs = this.#backoff.delayAfter(cause);
    this.#options.onEnded({ cause, turn, isMeant: this.#isMeantToEnd, delayMs: this.#delayMs });
  }
}
