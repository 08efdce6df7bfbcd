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
 * then what was done stays, and the client is told that it does not know.
 */
export abstract class DelayedAnswer<T extends PendingOutcome> implements DelayedOperation {
  readonly #pending: readonly T[];
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

  /** Finishes now if all is decided, else waits for it. */
  start(timers: Timers, timeoutMs: number): void {
    if (this.tryComplete()) return;
    for (const { partition, decided } of this.#pending) if (!decided) partition?.produceWatchers.add(this);
    this.#timer = timers.after(timeoutMs, () => this.#finish());
  }

  /** Gives up without an answer: the client has gone. */
  cancel(): void {
    this.#end();
  }

  tryComplete(): boolean {
    if (this.#done) return true;
    let open = 0;
    for (const outcome of this.#pending) {
      if (outcome.decided) continue;
      if (this.decide(outcome)) outcome.decided = true;
      else open++;
    }
    if (open > 0) return false;
    this.#finish();
    return true;
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
  }
}
