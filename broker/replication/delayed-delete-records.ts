import type { Timer, Timers } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Partition } from './partition.ts';
import type { DelayedOperation } from './watch-list.ts';

/** One partition whose records before `offset` are to go; `partition` is null where that failed at once. */
export interface PendingDeletion {
  readonly partition: Partition | null;
  readonly offset: number;
  /** REQUEST_TIMED_OUT until decided. */
  errorCode: number;
  lowWatermark: number;
  decided: boolean;
}

/** Waits until all live replicas of some partitions have moved their log start. */
export class DelayedDeleteRecords implements DelayedOperation {
  readonly #pending: readonly PendingDeletion[];
  #onDone: (() => void) | undefined;
  #timer: Timer | undefined;
  #done = false;

  constructor(pending: readonly PendingDeletion[], onDone: () => void) {
    this.#pending = pending;
    this.#onDone = onDone;
  }

  get done(): boolean {
    return this.#done;
  }

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
    for (const deletion of this.#pending) {
      if (!deletion.decided && !decide(deletion)) open++;
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

function decide(deletion: PendingDeletion): boolean {
  const leader = deletion.partition?.leader ?? null;
  if (leader === null) {
    deletion.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
  } else {
    const lowWatermark = leader.lowWatermark();
    if (lowWatermark < deletion.offset) return false;
    deletion.errorCode = ErrorCode.NONE;
    deletion.lowWatermark = lowWatermark;
  }
  deletion.decided = true;
  return true;
}
