/** What is flushed: a log, or a folder. */
interface Flushable {
  /** Syncs everything that was changed by now; false to be called again. */
  flushOnce(): Promise<boolean>;
}

/**
 * Groups flushes: callers that come while one is under way share the next one, so that any number of acknowledgements
 * waits for two syncs at most.
 */
export class SharedFlush {
  readonly #target: Flushable;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(target: Flushable) {
    this.#target = target;
  }

  /** Resolves when all that was changed before the call survives a power loss. */
  flush(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<void> {
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<void> {
    const run = this.#run().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }

  async #run(): Promise<void> {
    while (!(await this.#target.flushOnce())) {
      // The log was truncated meanwhile: what took the place of the truncated records needs a sync of its own.
    }
  }
}
