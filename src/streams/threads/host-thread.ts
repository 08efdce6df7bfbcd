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
import { threadEnded } from './thread-ended.ts';
import type { Turn } from './thread-watch.ts';

/** A thread that has ended sooner than that after its start may have ended of what the one before it has ended of. */
const SHORT_LIFE_MS = 60_000;
/**
 * How long what has ended, a thread or an application that could not be started, waits for its next start, again and again. Loading
 * modules takes seconds, so it is not well again as soon as it has been there for longer than it has waited.
 */
export const RESTART_BACKOFF = { initialMs: 100, maxMs: 15_000, settledMs: SHORT_LIFE_MS };
/** Where so many threads have ended one soon after the other, that is said with each further one. */
const RESTARTS_TOLD = 3;

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
  readonly #tenants = new Map<number, ThreadTenant>();
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
      tenants: {
        thread: `stream thread ${number}`,
        kind: 'applications',
        count: () => this.#tenants.size,
        nameOf: (turn) => this.#heldUpBy(turn),
        remedy: () => 'Close the one that holds it up',
      },
    });
  }

  /** What is known of it where it does not answer; undefined while it does. */
  get standstill(): string | undefined {
    return this.#thread.silence.standstill;
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
    this.#thread.silence.ended(app);
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

  /** See {@link SupervisedThread.ask}. */
  ask<T>(call: ThreadCall): Promise<T> {
    return this.#thread.ask<T>(call);
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
    this.#thread.silence.ending(app);
  }

  /** Ends it, after its applications. Never rejects. */
  close(): Promise<void> {
    return this.#thread.close();
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

  #heldUpBy(turn: number): string {
    const processing = this.#nameOf(turn);
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
      this.#tellEnd(
        { thread: this.number, error: cause, delayMs, processing },
        isMeant ? 0 : this.#shortLives,
      );
    }
    const error = threadEnded(cause);
    for (const [app, tenant] of [...this.#tenants]) tenant.lost({ error, isSuspect: app === suspect });
  }

  /** One line for all its applications, which say nothing of it where they go on in the next one. */
  #tellEnd(end: LogFields, times: number): void {
    const { logger } = this.#options;
    const applications = [...this.#tenants.values()].map(({ applicationId }) => applicationId);
    if (times < RESTARTS_TOLD) {
      const fields = { ...end, applications: applications.length };
      logger.error('a stream thread has ended, which its applications are told', fields);
    } else {
      logger.error(
        'a stream thread ends again and again, and with it all its applications: close the one whose code ends it',
        { ...end, times, applications },
      );
    }
  }
}
