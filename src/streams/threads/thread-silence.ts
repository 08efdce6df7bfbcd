import type { Clock } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { threadSilent } from './thread-ended.ts';

/** Who runs on a stream thread, in the words that the user knows them by. */
export interface ThreadTenants {
  /** "stream thread 2" */
  readonly thread: string;
  /** What they are: also the name of their number in the log. */
  readonly kind: 'queries' | 'applications';
  readonly count: () => number;
  /** Whose code runs while this one has its turn; -1: nobody has it. */
  readonly nameOf: (turn: number) => string;
  /** What the user does about the one whose turn it is, while that holds up the others. */
  readonly remedy: (turn: number) => string;
}

/** A thread that is watched. */
interface WatchedThread {
  /** For how long it has not answered, where that is long; else 0. */
  readonly silentMs: number;
  /** Whose code runs, of those that say so; -1 where it is nobody's. */
  readonly turn: number;
  terminate(): void;
}

/**
 * What becomes of a stream thread that does not answer, since a record of one tenant comes to no end. It is told, and whoever has asked
 * something is refused. The thread is not ended for it, as the record may come to its end yet; unless one of its tenants is to end, which
 * may be the one. The others are taken up by another thread then.
 */
export class ThreadSilence {
  readonly #thread: WatchedThread;
  readonly #tenants: ThreadTenants;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Whoever waits for an answer that is not worth any wait. */
  readonly #asking = new Set<(error: unknown) => void>();
  /** Tenants that are to end, by number, and how long each of them waits for another one. */
  readonly #ending = new Map<number, number>();

  constructor(
    thread: WatchedThread,
    options: { readonly tenants: ThreadTenants; readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#thread = thread;
    this.#tenants = options.tenants;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** What is known of a thread that does not answer; undefined while it does. */
  get standstill(): string | undefined {
    const seconds = Math.floor(this.#thread.silentMs / 1_000);
    if (seconds === 0) return undefined;
    const { thread, kind, count, remedy } = this.#tenants;
    const what = `${this.#heldUpBy} holds up the ${count()} ${kind} on it`;
    return `${thread} has not answered for ${seconds} s: ${what}. ${remedy(this.#thread.turn)}`;
  }

  /** Waits for an answer as long as the thread gives any. @throws {OperationalError} `STREAM_THREAD_SILENT`. */
  answered<T>(ask: () => Promise<T>): Promise<T> {
    const { standstill } = this;
    return standstill === undefined ? this.awaited(ask()) : Promise.reject(threadSilent(standstill));
  }

  /**
   * Waits for what the thread has been asked to do, as long as it answers; what it does when it answers again is done all the same.
   * @throws {OperationalError} `STREAM_THREAD_SILENT`, and what it is answered.
   */
  awaited<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { standstill } = this;
      if (standstill === undefined) this.#asking.add(reject);
      else reject(threadSilent(standstill));
      asked.then(resolve, reject).finally(() => this.#asking.delete(reject));
    });
  }

  /**
   * Notes that a tenant is to end, which a thread does not outlive that does not answer because of it.
   * @param options.waitMs how long it waits for another one that holds up the thread, before that is ended all the same.
   */
  ending(tenant: number, { waitMs = Number.POSITIVE_INFINITY }: { readonly waitMs?: number } = {}): void {
    this.#ending.set(tenant, this.#clock.monotonicMs() + waitMs);
    this.#endIfHeldUp();
  }

  /** Notes that it has ended. */
  ended(tenant: number): void {
    this.#ending.delete(tenant);
  }

  /** Called again and again while the thread does not answer. */
  onSilent(forMs: number): void {
    const { standstill = '' } = this;
    for (const reject of this.#asking) reject(threadSilent(standstill));
    const { thread, kind, count, remedy } = this.#tenants;
    this.#logger.warn(`a stream thread does not answer: all its ${kind} wait. ${remedy(this.#thread.turn)}`, {
      ...{ thread, forMs, heldUpBy: this.#heldUpBy, [kind]: count() },
    });
    this.#endIfHeldUp();
  }

  get #heldUpBy(): string {
    return this.#tenants.nameOf(this.#thread.turn);
  }

  #endIfHeldUp(): void {
    const { silentMs, turn } = this.#thread;
    if (silentMs === 0 || this.#ending.size === 0) return;
    const mayBeEnding = turn === -1 || this.#ending.has(turn);
    const isLate = this.#clock.monotonicMs() >= Math.min(...this.#ending.values());
    if (mayBeEnding || isLate) this.#thread.terminate();
  }
}
