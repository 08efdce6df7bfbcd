import type { Timer, Timers } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Partition } from './partition.ts';
import type { DelayedOperation } from './watch-list.ts';

/** A partition that a produce request has appended to and that has to be committed up to an offset. */
export interface PendingCommit {
  readonly partition: Partition;
  /** The high watermark has to reach this offset. */
  readonly requiredOffset: number;
  /** REQUEST_TIMED_OUT until decided. */
  errorCode: number;
  decided: boolean;
}

/**
 * A request that was appended and waits until all its partitions are committed, or its time is up: then what was
 * appended stays, and the client is told that it does not know (Produce with acks=all).
 */
export class DelayedProduce implements DelayedOperation {
  readonly #pending: readonly PendingCommit[];
  #onDone: (() => void) | undefined;
  #timer: Timer | undefined;
  #done = false;

  /** @param onDone called once; the outcome is in `errorCode` of each pending commit. */
  constructor(pending: readonly PendingCommit[], onDone: () => void) {
    this.#pending = pending;
    this.#onDone = onDone;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Finishes now if all is committed, else waits for it. */
  start(timers: Timers, timeoutMs: number): void {
    if (this.tryComplete()) return;
    for (const { partition, decided } of this.#pending) if (!decided) partition.produceWatchers.add(this);
    this.#timer = timers.after(timeoutMs, () => this.#finish());
  }

  /** Gives up without an answer: the client has gone. */
  cancel(): void {
    this.#end();
  }

  tryComplete(): boolean {
    if (this.#done) return true;
    let open = 0;
    for (const commit of this.#pending) {
      if (commit.decided) continue;
      const state = commit.partition.commitState(commit.requiredOffset);
      if (state === undefined) {
        open++;
        continue;
      }
      commit.decided = true;
      commit.errorCode = state;
    }
    if (open > 0) return false;
    this.#finish();
    return true;
  }

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

export function pendingCommit(partition: Partition, requiredOffset: number): PendingCommit {
  return { partition, requiredOffset, errorCode: ErrorCode.REQUEST_TIMED_OUT, decided: false };
}
