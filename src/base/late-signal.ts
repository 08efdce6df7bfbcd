/** What is aborted or not, and tells those who ask for its signal: for a signal that is made each time and hardly ever asked for. */
export interface LateSignal {
  readonly aborted: boolean;
  /** Made when it is first asked for. */
  readonly signal: AbortSignal;
}

/** The same for whoever aborts it. A signal with a listener takes some ten microseconds, which a short request does not have. */
export class LateAbort implements LateSignal {
  #aborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
