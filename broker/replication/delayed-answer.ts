import type { Timer, Timers } from '../../src/base/environment.ts';
import type { Partition } from './partition.ts';
import type { DelayedOperation } from './watch-list.ts';

/** What one partition of a request waits for. */
export interface PendingOutcome {
  /** Null where it failed at once. */
  readonly partition: Partition | null;
  /** REQUEST_TIMED_OUT until decided. */
  errorCode: number;
  decided: boolean;
}

/**
 * A request whose work is done here and waits until its outcome is decided for all its partitions, or its time is up:
 * then what was done stays, and the client is told that it does not know. A change of a partition costs a look at that one
 * only: a request may wait for ten thousand.
 */
export abstract class DelayedAnswer<T extends PendingOutcome> {
  #pending: readonly T[];
  /** Outcomes that are not decided. */
  #open = 0;
  #onDone: (() => void) | undefined;
  #timer: Timer | undefined;
  #done = false;

  /** @param onDone called once; the outcome is in `errorCode` of each that was pending. */
  constructor(pending: readonly T[], onDone: () => void) {
    this.#pending = pending;
    this.#onDone = onDone;
  }

  get done(): boolean {
    return this.#done;
  }

  /**
   * Finishes now if all is decided, else waits for it.
   * @param timeoutMs undefined: as long as it takes.
   */
  start(timers: Timers, timeoutMs?: number): void {
    const open = this.#pending.filter((outcome) => !this.#isDecided(outcome));
    this.#open = open.length;
    if (open.length === 0) {
      this.#finish();
      return;
    }
    for (const outcome of open) outcome.partition?.produceWatchers.add(new OutcomeWatch(this, outcome));
    if (timeoutMs !== undefined) this.#timer = timers.after(timeoutMs, () => this.#finish());
  }

  /** Gives up without an answer: the client has gone. */
  cancel(): void {
    this.#end();
  }

  /** A partition has changed: answers whether nothing more is to come of its outcome. */
  tryDecide(outcome: T): boolean {
    if (this.#done || outcome.decided) return true;
    if (!this.#isDecided(outcome)) return false;
    if (--this.#open === 0) this.#finish();
    return true;
  }

  #isDecided(outcome: T): boolean {
    outcome.decided ||= this.decide(outcome);
    return outcome.decided;
  }

  /** Sets the error code where it is known by now, and answers whether it is. */
  protected abstract decide(outcome: T): boolean;

  #finish(): void {
    if (this.#done) return;
    const onDone = this.#onDone;
    this.#end();
    onDone?.();
  }

  /** Lists that still hold this forget it later: the request and its memory go now. */
  #end(): void {
    this.#done = true;
    this.#timer?.cancel();
    this.#onDone = undefined;
    this.#pending = [];
  }
}

/** What the list of one partition holds of an answer. */
class OutcomeWatch<T extends PendingOutcome> implements DelayedOperation {
  readonly #answer: DelayedAnswer<T>;
  readonly #outcome: T;

  constructor(answer: DelayedAnswer<T>, outcome: T) {
    this.#answer = answer;
    this.#outcome = outcome;
  }

  get done(): boolean {
    return this.#answer.done || this.#outcome.decided;
  }

  tryComplete(): boolean {
    return this.#answer.tryDecide(this.#outcome);
  }
}
