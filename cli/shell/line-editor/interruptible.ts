/** What runs between two entries, and Ctrl-C or the end of the shell aborts. */
export class Interruptible {
  readonly #stop: AbortSignal;
  #running: AbortController | undefined;

  /** @param stop aborts what runs, and what begins afterwards at once. */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  async run(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      if (this.#stop.aborted) running.abort();
      await action(running.signal);
    } finally {
      this.#running = undefined;
    }
  }

  /** Aborts what runs, if anything does. */
  readonly interrupt = (): void => this.#running?.abort();
}
