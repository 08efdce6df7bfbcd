import { setMaxListeners } from 'node:events';
import type { Timers } from '../base/environment.ts';
import { unlessAborted } from '../base/unless-aborted.ts';
import { shuttingDown } from './rest/rest-error.ts';

const GIVEN_UP =
  `${shuttingDown().message}: the request has not ended. What of it was recorded is carried out at the next start, ` +
  'rows that were inserted stay, and the rest is not done';

/** Answers the requests of a server that is stopping: new ones at once, those under way when their time is over. */
export class Stopping {
  readonly #begun = new AbortController();
  readonly #timeOver = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor() {
    // As many as there are requests under way.
    setMaxListeners(0, this.#begun.signal, this.#timeOver.signal);
  }

  /** Aborted when the server has begun to stop. */
  get begun(): AbortSignal {
    return this.#begun.signal;
  }

  /**
   * Returns what `work` gives, as long as the server has the time to wait for it.
   * @param options.records whether `work` may have recorded something by the time that it is given up.
   * @throws {RestError} 50303 where the server is stopping.
   */
  async answer<T>(work: () => Promise<T>, { records }: { readonly records: boolean }): Promise<T> {
    if (this.#begun.signal.aborted) throw shuttingDown();
    const { signal } = this.#timeOver;
    const result = work();
    this.#underWay.add(result);
    try {
      return await unlessAborted(result, signal);
    } catch (error) {
      throw records && signal.aborted && error === signal.reason ? shuttingDown(GIVEN_UP) : error;
    } finally {
      this.#underWay.delete(result);
    }
  }

  /** Requests that have no answer yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Called before an answer begins. @throws {RestError} 50303 where its request has been given up. */
  requireTime(): void {
    this.#timeOver.signal.throwIfAborted();
  }

  /** Refuses what is new, and gives up what is under way when it has not ended in its time. */
  async begin({ timers, limitMs }: { readonly timers: Timers; readonly limitMs: number }): Promise<void> {
    this.#begun.abort();
    const over = new AbortController();
    const ended = Promise.allSettled(this.#underWay);
    await Promise.race([ended, timers.sleep(limitMs, over.signal).catch(() => undefined)]);
    over.abort();
    this.#timeOver.abort(shuttingDown());
  }
}
