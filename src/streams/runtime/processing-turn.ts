/**
 * Says, where another thread may see it, that code of an application runs: that of a batch of records, a punctuator, what caches have held
 * back. A record that comes to no end, or ends its thread, is its application's then. It lasts as long as the call stack does: what waits for
 * something leaves the turn to others, and what a timer or a promise of an application does is nobody's.
 */
export class ProcessingTurn {
  readonly #number: number;
  readonly #memory: Int32Array;
  #isOn = false;

  /** @param memory has the number of whose turn it is, -1 for nobody's. Without one that others see, nobody is told. */
  constructor(number = 0, memory: Int32Array = new Int32Array(1)) {
    this.#number = number;
    this.#memory = memory;
  }

  begin(): void {
    this.#isOn = true;
    this.#memory[0] = this.#number;
  }

  /** To be called before anything is waited for. */
  end(): void {
    this.#isOn = false;
    this.#memory[0] = -1;
  }

  /** Runs something that may be part of a longer turn. */
  during<T>(work: () => T): T {
    if (this.#isOn) return work();
    this.begin();
    try {
      return work();
    } finally {
      this.end();
    }
  }

  /** Runs something when what it has to wait for is done. */
  after<T>(waiting: Promise<unknown>, work: () => T | Promise<T>): Promise<T> {
    return waiting.then(() => this.during(work));
  }
}
