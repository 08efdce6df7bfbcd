import { setMaxListeners } from 'node:events';
import type { Timers } from '../base/environment.ts';
import { unlessAborted } from '../base/unless-aborted.ts';
import { RestError, RestErrorCode } from './rest/rest-error.ts';

const REFUSED = 'The server is shutting down';
const GIVEN_UP = `${REFUSED}: the statement has not ended, and may have been recorded; it is then carried out at the next start`;

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
   * @throws {RestError} 50303 where the server is stopping.
   */
  async answer<T>(work: () => Promise<T>): Promise<T> {
    if (this.#begun.signal.aborted) throw new RestError(RestErrorCode.SHUTTING_DOWN, REFUSED);
    const result = work();
    this.#underWay.add(result);
    try {
      return await unlessAborted(result, this.#timeOver.signal);
    } finally {
      this.#underWay.delete(result);
    }
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
    this.#timeOver.abort(new RestError(RestErrorCode.SHUTTING_DOWN, GIVEN_UP));
  }
}
