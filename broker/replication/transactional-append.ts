import type { Timers } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { VerificationGuard } from '../log/verification-guards.ts';
import { DelayedProduce, pendingCommit } from './delayed-produce.ts';
import type { Partition } from './partition.ts';

/** The error code of an append that has been committed, or will be. */
type Committed = number | Promise<number>;

/** What became of an append: the place is known at once, whether it holds mostly later. */
export type TransactionalAppend =
  | {
      readonly errorCode: typeof ErrorCode.NONE;
      readonly baseOffset: number;
      /**
       * Resolves, however long that takes, to NONE or NOT_ENOUGH_REPLICAS_AFTER_APPEND when the high watermark has passed
       * the batch, and to NOT_LEADER_OR_FOLLOWER when this broker leads no more: then who leads next has it or has it not.
       * The error code itself where that is known at once, as without followers.
       */
      readonly committed: Committed;
    }
  | { readonly errorCode: number; readonly baseOffset: undefined };

/**
 * Appends what a coordinator writes in a transaction: committed offsets, or the marker that ends it. Needs the in-sync
 * replicas that acks=all needs.
 * @param partition undefined where this broker has no such replica.
 */
export function appendTransactional(
  partition: Partition | undefined,
  batch: Buffer,
  options: {
    readonly timers: Timers;
    readonly guard?: VerificationGuard | undefined;
    readonly transactionVersion?: number;
  },
): TransactionalAppend {
  if (partition === undefined) return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, baseOffset: undefined };
  const { timers, guard, transactionVersion } = options;
  const result = partition.append(batch, { origin: 'coordinator', acks: -1, guard, transactionVersion });
  if (result.errorCode !== ErrorCode.NONE) return { errorCode: result.errorCode, baseOffset: undefined };
  const commit = pendingCommit(partition, result.lastOffset + 1);
  const state = partition.commitState(commit.requiredOffset);
  const committed =
    state ??
    new Promise<number>((resolve) => {
      new DelayedProduce([commit], () => resolve(commit.errorCode)).start(timers);
    });
  partition.wake();
  return { errorCode: ErrorCode.NONE, baseOffset: result.baseOffset, committed };
}

/** Whether what was appended is in the log for good. */
export function isCommitted(errorCode: number): boolean {
  return errorCode === ErrorCode.NONE || errorCode === ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
}

/** Resolves as `committed` does, or to REQUEST_TIMED_OUT when that takes longer than the client waits. */
export function committedWithin(committed: Committed, timers: Timers, timeoutMs: number): Committed {
  if (typeof committed === 'number') return committed;
  return new Promise<number>((resolve, reject) => {
    const timer = timers.after(timeoutMs, () => resolve(ErrorCode.REQUEST_TIMED_OUT));
    void committed.then(resolve, reject).finally(() => timer.cancel());
  });
}
