import type { Timers } from './environment.ts';
import { messageOf, OperationalError } from './errors.ts';
import type { Logger } from './logger.ts';

/** Something that was started and has to be closed. */
interface Part {
  /** As in "while closing the consumer". */
  readonly name: string;
  readonly close: () => unknown;
  /** How long closing waits for it; what it has begun then goes on by itself. Without it, until it is closed. */
  readonly closeMsMax?: number | undefined;
}

/**
 * The parts of something that lives for a while: started in order, closed in reverse, each within its time and all of them
 * whatever one fails with. A start that is under way when closing begins is told so by the signal, and is waited for.
 */
export class Lifecycle {
  readonly #what: string;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #parts: Part[] = [];
  readonly #ending = new AbortController();
  readonly #starting = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** @param what it is the life of: "the application". */
  constructor(what: string, { timers, logger }: { readonly timers: Timers; readonly logger: Logger }) {
    this.#what = what;
    this.#timers = timers;
    this.#logger = logger;
  }

  /** Raised when closing begins. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Notes what has been started, and how it is closed. */
  add(part: Part): void {
    this.#parts.push(part);
  }

  /**
   * Starts a part, which is closed before those that were started earlier.
   * @throws {OperationalError} `CLOSED` once closing has begun, and what the start fails with.
   */
  async start<T>(options: {
    readonly name: string;
    readonly open: (signal: AbortSignal) => T | Promise<T>;
    readonly close: (opened: T) => unknown;
    readonly closeMsMax?: number;
  }): Promise<T> {
    const { name, open, close, closeMsMax } = options;
    this.signal.throwIfAborted();
    const starting = Promise.resolve(open(this.signal)).then((opened) => {
      this.add({ name, close: () => close(opened), closeMsMax });
      return opened;
    });
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** Closes all parts, once. What they fail with is logged: nobody could do anything about it any more. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#ending.abort(new OperationalError('CLOSED', `${this.#what} is being closed`, { retriable: true }));
    await Promise.allSettled(this.#starting);
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        await this.#closePart(part);
      } catch (error) {
        this.#logger.warn(`while closing ${part.name}`, { error: messageOf(error) });
      }
    }
  }

  async #closePart({ close, closeMsMax }: Part): Promise<void> {
    const closing = Promise.resolve(close());
    if (closeMsMax === undefined) {
      await closing;
      return;
    }
    const over = new AbortController();
    const late = this.#timers.sleep(closeMsMax, over.signal).then(
      () => Promise.reject(new Error(`it takes more than ${closeMsMax} ms, and goes on by itself`)),
      () => undefined,
    );
    try {
      await Promise.race([closing, late]);
    } finally {
      over.abort();
    }
  }
}
