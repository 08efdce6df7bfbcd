import type { Timers } from './environment.ts';
import { messageOf, OperationalError } from './errors.ts';
import type { Logger } from './logger.ts';

/** Something that was started and has to be closed. */
interface Part {
  /** As in "while closing the consumer"; a function where it depends on what is left of it then. */
  readonly name: string | (() => string);
  readonly close: () => unknown;
  /** How long closing waits for it; what it has begun then goes on by itself. Without it, until it is closed. */
  readonly closeMsMax?: number | undefined;
}

/** How a part is started, and closed. */
interface Opening<T> extends Omit<Part, 'close'> {
  readonly open: (signal: AbortSignal) => T | Promise<T>;
  readonly close: (opened: T) => unknown;
}

/** Parts that are closed side by side, since each of them waits for something else. */
export interface LifecycleStage {
  /** As {@link Lifecycle.add}. */
  add(part: Part): void;
  /** As {@link Lifecycle.start}. */
  start<T>(opening: Opening<T>): Promise<T>;
}

interface LifecycleOptions {
  readonly timers: Timers;
  readonly logger: Logger;
  /**
   * `log`: nobody could do anything about what parts fail with while they are closed. `throw`: whoever has begun the closing
   * is told the first failure, when all is closed; the others are logged.
   */
  readonly onCloseFailure?: 'log' | 'throw';
}

/**
 * The parts of something that lives for a while: started in order, closed in reverse, each within its time and all of them
 * whatever one fails with. A start that is under way when closing begins is told so by the signal, and is waited for.
 */
export class Lifecycle {
  readonly #what: string;
  readonly #options: LifecycleOptions;
  readonly #stages: Part[][] = [];
  readonly #ending = new AbortController();
  /** Steps that are under way. */
  readonly #starting = new Set<Promise<void>>();
  #isClosing = false;
  #isClosingParts = false;
  #closed: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param what it is the life of: "the application". */
  constructor(what: string, options: LifecycleOptions) {
    this.#what = what;
    this.#options = options;
  }

  /** Raised when closing begins. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether closing has begun; asked for each record that a producer takes. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /**
   * Notes what has been started, and how it is closed: before all that was noted earlier.
   * @throws {OperationalError} `CLOSED` once parts are being closed: what may be opened then is opened by {@link Lifecycle.start}.
   */
  add(part: Part): void {
    this.#checkTakesParts();
    this.#stages.push([part]);
  }

  /**
   * A place in the order for several parts, those among them that are added later.
   * @param limits for each part that has none of its own.
   */
  stage(limits: Pick<Part, 'closeMsMax'> = {}): LifecycleStage {
    this.#checkTakesParts();
    const parts: Part[] = [];
    this.#stages.push(parts);
    return {
      add: (part) => {
        this.#checkTakesParts();
        parts.push({ ...limits, ...part });
      },
      start: (opening) => this.#start({ ...limits, ...opening }, parts),
    };
  }

  /**
   * Starts a part, which is closed before those that were started earlier.
   * @throws {OperationalError} `CLOSED` once closing has begun, and what the start fails with.
   */
  start<T>(opening: Opening<T>): Promise<T> {
    return this.#start(opening, undefined);
  }

  /**
   * Takes a step of a start that leaves nothing to be closed. Closing waits for it: a step does not wait for the closing.
   * @throws {OperationalError} `CLOSED` once closing has begun, also where it begins meanwhile, and what the step fails with.
   */
  async step<T>(work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    // Closing may begin within what the step does at once, and waits for the step then, too.
    let taken: () => void = () => undefined;
    const taking = new Promise<void>((resolve) => (taken = resolve));
    this.#starting.add(taking);
    try {
      return await work(this.signal);
    } catch (error) {
      this.#noteHidden(error);
      throw error;
    } finally {
      this.#starting.delete(taking);
      taken();
      // Whoever has taken it is not to go on beside the closing.
      this.signal.throwIfAborted();
    }
  }

  /**
   * Does a whole start. Where it fails, or closing begins meanwhile, all that it has opened is closed before this rejects.
   * @param start takes steps only: {@link Lifecycle.start} and {@link Lifecycle.step}.
   * @param signal begins the closing.
   * @throws why closing has begun, the signal's reason for one; else what the start fails with.
   */
  async begin<T>(start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const end = (reason?: unknown): Promise<void> =>
      this.close(reason).catch((error: unknown) => {
        this.#options.logger.warn('a start that failed could not be undone', { error });
      });
    const onAbort = (): void => void end(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    try {
      const started = await start();
      this.signal.throwIfAborted();
      return started;
    } catch (error) {
      const cause: unknown = this.isClosing ? this.signal.reason : error;
      await end();
      throw cause;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Closes all parts, once: whoever calls it again waits for the same, and is told nothing.
   * @param reason what a start that is under way rejects with, `CLOSED` unless given.
   * @throws what the first part fails with, where {@link LifecycleOptions.onCloseFailure} says so.
   */
  close(reason?: unknown): Promise<void> {
    if (this.#closed !== undefined) return this.#closed.catch(() => undefined);
    this.#isClosing = true;
    this.#closed = this.#closeStages();
    // Last: who is told of it may close it, too.
    this.#ending.abort(
      reason ?? new OperationalError('CLOSED', `${this.#what} is being closed`, { retriable: true }),
    );
    return this.#closed;
  }

  async #start<T>({ open, close, ...part }: Opening<T>, stage: Part[] | undefined): Promise<T> {
    return this.step(async (signal) => {
      const opened = await open(signal);
      const closing = { ...part, close: () => close(opened) };
      if (stage === undefined) this.#stages.push([closing]);
      else stage.push(closing);
      return opened;
    });
  }

  async #closeStages(): Promise<void> {
    await Promise.all(this.#starting);
    this.#isClosingParts = true;
    for (let stage = this.#stages.pop(); stage !== undefined; stage = this.#stages.pop()) {
      await Promise.all(stage.map((part) => this.#closePart(part)));
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Why closing has begun is told in the place of what a step fails with then: what has nothing to do with that is logged. */
  #noteHidden(error: unknown): void {
    const isOfClosing = error instanceof OperationalError && error.code === 'CLOSED';
    if (!this.isClosing || error === this.signal.reason || isOfClosing) return;
    this.#options.logger.warn(`a step failed while ${this.#what} was being closed`, {
      error: messageOf(error),
    });
  }

  /** A start that is told to end may note yet what it has opened by then. */
  #checkTakesParts(): void {
    if (this.#isClosingParts) this.signal.throwIfAborted();
  }

  async #closePart(part: Part): Promise<void> {
    try {
      const closing = Promise.resolve(part.close());
      await (part.closeMsMax === undefined ? closing : this.#within(part.closeMsMax, part, closing));
    } catch (error) {
      const { logger, onCloseFailure } = this.#options;
      if (onCloseFailure === 'throw' && this.#failure === undefined) this.#failure = { error };
      else logger.warn(`while closing ${nameOf(part)}`, { error: messageOf(error) });
    }
  }

  async #within(waitedMs: number, part: Part, closing: Promise<unknown>): Promise<void> {
    const { timers, logger } = this.#options;
    const over = new AbortController();
    const late = timers.sleep(waitedMs, over.signal).then(
      () => {
        logger.warn(`stopping without waiting any longer for ${nameOf(part)}`, { waitedMs });
        closing.catch((error: unknown) =>
          logger.warn(`while closing ${nameOf(part)}`, { error: messageOf(error) }),
        );
      },
      () => undefined,
    );
    try {
      await Promise.race([closing, late]);
    } finally {
      over.abort();
    }
  }
}

const nameOf = ({ name }: Part): string => (typeof name === 'string' ? name : name());
