import type { Timers } from '../../base/environment.ts';
import { waitFor } from '../commands/wait-for.ts';

/** Statements that are recorded: each is planned on what those before it have left, so they take turns. */
export class StatementLane {
  readonly #timers: Timers;
  readonly #waitMsMax: number;
  readonly #onLate: () => Error | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly timers: Timers;
    /** How long a statement waits before {@link onLate} is asked, and how often it is asked then. */
    readonly waitMsMax: number;
    /** Why a statement need not wait any longer; undefined when it may. */
    readonly onLate: () => Error | undefined;
  }) {
    this.#timers = options.timers;
    this.#waitMsMax = options.waitMsMax;
    this.#onLate = options.onLate;
  }

  /** Runs `work` when all that came before have ended. @throws what `onLate` says; `work` does not run then. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const turn = waitFor(before, {
      timers: this.#timers,
      everyMs: this.#waitMsMax,
      what: 'the turn of the statement to be recorded',
      against: this.#onLate,
    });
    const result = turn.then(work);
    this.#last = Promise.allSettled([before, result]);
    return result;
  }
}
