import type { Environment } from '../../base/environment.ts';

/** So many records at most that are sent one right after the other have the time of the first: the clock is not cheap. */
const RECORDS_PER_READ = 8;

/** The time of records that come without one: read again in every turn of the event loop, and after some records. */
export class RecordClock {
  readonly #environment: Environment;
  #readMs = 0;
  #uses = 0;
  #isKnown = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  nowMs(): number {
    if (this.#uses === 0) this.#readMs = this.#environment.clock.nowMs();
    this.#uses = (this.#uses + 1) % RECORDS_PER_READ;
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#environment.timers.defer(() => {
        this.#isKnown = false;
        this.#uses = 0;
      });
    }
    return this.#readMs;
  }
}
