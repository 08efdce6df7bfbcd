import type { Environment, ThreadLimits, Threads } from '../../base/environment.ts';
import type { LogFields, Logger } from '../../base/logger.ts';
import { receivedValue } from './copied-values.ts';
import { service } from './host-service.ts';
import type {
  AppEvent,
  SharedOptions,
  ThreadAnswers,
  ThreadCall,
  ThreadCommand,
  ThreadEvent,
} from './messages.ts';
import { SupervisedThread, type ThreadEnd } from './supervised-thread.ts';
import { threadEnded, threadSilent } from './thread-ended.ts';
import type { Turn } from './thread-watch.ts';

/** How long what has ended, a thread or an application that could not be started, waits for its next start, again and again. */
export const RESTART_BACKOFF = { initialMs: 100, maxMs: 15_000 };
/** A thread that has ended sooner than that after its start may have ended of what the one before it has ended of. */
const SHORT_LIFE_MS = 60_000;
/** Where so many threads have ended one soon after the other, that is said with each further one. */
const RESTARTS_TOLD = 3;
/** How long it may take to let go of what its applications share, which are closed by then. */
const CLOSE_MS_MAX = 10_000;

/** What an application is to its thread: see `AppMember`. */
export interface ThreadTenant {
  readonly applicationId: string;
  /** It loads its module in the thread, or prepares its topics. */
  readonly isStarting: boolean;
  take(event: AppEvent): void;
  /** The thread has ended, and the application in it. */
  lost(end: ThreadLoss): void;
  /** There is another thread in the place of the one that has ended. */
  threadRestarted(): void;
}

/** What an application is told of the end of its thread. */
export interface ThreadLoss {
  readonly error: unknown;
  /** Two threads have ended one soon after the other, and code of this application ran both times. */
  readonly isSuspect: boolean;
}

interface HostThreadOptions {
  /** From 1. */
  readonly number: number;
  /** What its applications share; undefined where it is of one application alone. */
  readonly shared: SharedOptions | undefined;
  readonly threads: Threads;
  readonly environment: Environment;
  readonly limits: ThreadLimits;
  readonly logger: Logger;
}

/** A stream thread as the thread sees it that its applications are used from. */
export class HostThread {
  readonly number: number;
  readonly #options: HostThreadOptions;
  readonly #thread: SupervisedThread<ThreadCommand, ThreadCall, ThreadAnswers, ThreadEvent>;
  /** Whoever waits for an answer that is not worth any wait. */
  readonly #waiting = new Set<(error: unknown) => void>();
  readonly #tenants = new Map<number, ThreadTenant>();
  /** Applications that may not come to their end. */
  readonly #closing = new Set<number>();
  /** Whose code ran when the thread ended last. */
  #turnAtEnd = -1;
  /** How many threads have ended by themselves, each soon after its start. */
  #shortLives = 0;
  #startedMs = 0;

  constructor(options: HostThreadOptions) {
    const { number, threads, environment, limits, logger } = options;
    this.number = number;
    this.#options = options;
    this.#thread = new SupervisedThread({
      ...{ service, threads, limits, environment, logger, backoff: RESTART_BACKOFF },
      opening: (turn) => this.#opening(turn),
      received: receivedValue,
      onEvent: (event) => this.#tenants.get(event.app)?.take(event),
      onEnded: (end) => this.#onEnded(end),
      onRestarted: () => {
        for (const tenant of this.#tenants.values()) tenant.threadRestarted();
      },
      onSilent: (silentMs) => this.#onSilent(silentMs),
    });
  }

  /** What is known of it where it does not answer; undefined while it does. */
  get standstill(): string | undefined {
    const seconds = Math.floor(this.#thread.silentMs / 1_000);
    if (seconds === 0) return undefined;
    const all = `the ${this.#tenants.size} applications on it`;
    return `stream thread ${this.number} has not answered for ${seconds} s: ${this.#heldUpBy} holds up ${all}`;
  }

  get isRunning(): boolean {
    return this.#thread.isRunning;
  }

  /** Takes an application in, which has this number from then on. */
  join(tenant: ThreadTenant): number {
    const app = this.#thread.nextNumber();
    this.#tenants.set(app, tenant);
    return app;
  }

  leave(app: number): void {
    this.#tenants.delete(app);
    this.#closing.delete(app);
  }

  /** See {@link SupervisedThread.ensureRunning}. */
  ensureRunning(): void {
    this.#thread.ensureRunning();
  }

  /** See {@link SupervisedThread.restart}. */
  restart(): void {
    this.#thread.restart();
  }

  /** See {@link SupervisedThread.post}. */
  post(command: ThreadCommand): void {
    this.#thread.post(command);
  }

  /** See {@link SupervisedThread.call}. */
  call<C extends ThreadCall>(call: C): Promise<ThreadAnswers[C['kind']]> {
    return this.#thread.call(call);
  }

  /** As {@link SupervisedThread.ask}, for as long as it answers. @throws {OperationalError} `STREAM_THREAD_SILENT`. */
  ask<T>(call: ThreadCall): Promise<T> {
    const { standstill } = this;
    if (standstill !== undefined) return Promise.reject(threadSilent(standstill));
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#thread
        .ask<T>(call)
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject));
    });
  }

  nextNumber(): number {
    return this.#thread.nextNumber();
  }

  /** Ends it wherever it is: an application of it does not end, and the others are taken up by another thread. */
  terminate(): void {
    this.#thread.terminate();
  }

  /**
   * As {@link terminate}, as soon as it does not answer since this application, which is being closed, may have its turn and does not give
   * it up.
   */
  endIfHeldUpBy(app: number): void {
    this.#closing.add(app);
    this.#endIfHeldUp();
  }

  #endIfHeldUp(): void {
    const { silentMs, turn } = this.#thread;
    const mayBeClosing = turn === -1 ? this.#closing.size > 0 : this.#closing.has(turn);
    if (silentMs > 0 && mayBeClosing) this.#thread.terminate();
  }

  /** Ends it, after its applications. Never rejects. */
  close(): Promise<void> {
    return this.#thread.close(CLOSE_MS_MAX);
  }

  #opening(turn: Turn): ThreadCommand {
    this.#startedMs = this.#options.environment.clock.monotonicMs();
    return { kind: 'open', shared: this.#options.shared, turn };
  }

  /** The application whose code runs in the thread, or ran in it when it ended. */
  #nameOf(turn: number): string | undefined {
    const id = this.#tenants.get(turn)?.applicationId;
    return id === undefined ? undefined : `application ${id}`;
  }

  get #heldUpBy(): string {
    const processing = this.#nameOf(this.#thread.turn);
    if (processing !== undefined) return processing;
    const starting = [...this.#tenants.values()].filter(({ isStarting }) => isStarting);
    const names = starting.map(({ applicationId }) => `application ${applicationId} is being started`);
    return `something that is no record${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
  }

  #onEnded({ cause, turn, isMeant, delayMs }: ThreadEnd): void {
    const { shared, environment } = this.#options;
    const isSoon = environment.clock.monotonicMs() - this.#startedMs < SHORT_LIFE_MS;
    // Whoever had the turn when the thread was ended from here has not ended it.
    const guilty = isMeant ? -1 : turn;
    const suspect = isSoon && guilty === this.#turnAtEnd ? guilty : -1;
    this.#turnAtEnd = guilty;
    if (!isMeant) this.#shortLives = isSoon ? this.#shortLives + 1 : 0;
    if (shared !== undefined) {
      const processing = this.#nameOf(turn) ?? 'no record';
      this.#tellEnd({ thread: this.number, error: cause, delayMs, processing });
    }
    const error = threadEnded(cause);
    for (const [app, tenant] of [...this.#tenants]) tenant.lost({ error, isSuspect: app === suspect });
  }

  #tellEnd(end: LogFields): void {
    const { logger } = this.#options;
    const applications = [...this.#tenants.values()].map(({ applicationId }) => applicationId);
    logger.error('a stream thread has ended, which its applications are told', {
      ...end,
      applications: applications.length,
    });
    if (this.#shortLives < RESTARTS_TOLD) return;
    logger.error(
      'a stream thread ends again and again, and with it all its applications: close the one whose code ends it',
      { ...end, times: this.#shortLives, applications },
    );
  }

  #onSilent(forMs: number): void {
    const { standstill = '' } = this;
    for (const reject of this.#waiting) reject(threadSilent(standstill));
    this.#options.logger.warn(
      'a stream thread does not answer: all its applications wait. Close the one that holds it up',
      { thread: this.number, forMs, heldUpBy: this.#heldUpBy, applications: this.#tenants.size },
    );
    this.#endIfHeldUp();
  }
}
