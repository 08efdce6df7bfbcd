import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { DelayedAnswer, type PendingOutcome } from './delayed-answer.ts';

/** One partition whose records before `offset` are to go. */
export interface PendingDeletion extends PendingOutcome {
  readonly offset: number;
  lowWatermark: number;
}

/** Waits until all live replicas of some partitions have moved their log start. */
export class DelayedDeleteRecords extends DelayedAnswer<PendingDeletion> {
  protected override decide(deletion: PendingDeletion): boolean {
    const leader = deletion.partition?.leader ?? null;
    if (leader === null) {
      deletion.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
      return true;
    }
    const lowWatermark = leader.lowWatermark();
    if (lowWatermark < deletion.offset) return false;
    deletion.errorCode = ErrorCode.NONE;
    deletion.lowWatermark = lowWatermark;
    return true;
  }
}
