import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { DelayedAnswer, type PendingOutcome } from './delayed-answer.ts';
import type { Partition } from './partition.ts';

/** A partition that a produce request has appended to and that has to be committed up to an offset. */
export interface PendingCommit extends PendingOutcome {
  readonly partition: Partition;
  /** The high watermark has to reach this offset. */
  readonly requiredOffset: number;
}

/** Waits until all that a request has appended is committed (Produce with acks=all). */
export class DelayedProduce extends DelayedAnswer<PendingCommit> {
  protected override decide(commit: PendingCommit): boolean {
    const state = commit.partition.commitState(commit.requiredOffset);
    if (state === undefined) return false;
    commit.errorCode = state;
    return true;
  }
}

export function pendingCommit(partition: Partition, requiredOffset: number): PendingCommit {
  return { partition, requiredOffset, errorCode: ErrorCode.REQUEST_TIMED_OUT, decided: false };
}
