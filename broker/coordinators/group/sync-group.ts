import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import { syncError, type SyncResult } from './group-results.ts';
import { generationError } from './membership-checks.ts';
import type { Rebalancer } from './rebalance.ts';

/** A sync, free of versions. */
interface Sync {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** By member id; only the leader's count. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/** How members learn their assignment, which the leader makes. */
export class GroupSyncer {
  readonly #rebalancer: Rebalancer;

  constructor(rebalancer: Rebalancer) {
    this.#rebalancer = rebalancer;
  }

  /** Answers at once, or when the leader's assignment is committed. */
  sync(group: ClassicGroup, sync: Sync, answer: (result: SyncResult) => void): void {
    const error = this.#error(group, sync);
    if (error !== ErrorCode.NONE) {
      answer(syncError(error));
      return;
    }
    const member = group.member(sync.memberId);
    this.#rebalancer.syncReceived(group, sync.memberId);
    if (group.is('Stable')) {
      answer(this.#rebalancer.syncResult(group, member));
      this.#rebalancer.sessions.extend(group, member);
      return;
    }
    // A second sync of the same member: the first is told to come again.
    member.awaitingSync?.(syncError(ErrorCode.REBALANCE_IN_PROGRESS));
    member.awaitingSync = answer;
    if (!group.isLeader(sync.memberId)) return;
    this.#rebalancer.assign(group, sync.assignments).catch(this.#rebalancer.reportError);
  }

  #error(group: ClassicGroup, sync: Sync): number {
    const error = generationError(group, sync);
    if (error !== ErrorCode.NONE) return error;
    const isOfType = sync.protocolType === null || sync.protocolType === group.protocolType;
    const isOfName = sync.protocolName === null || sync.protocolName === group.protocolName;
    if (!isOfType || !isOfName) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    switch (group.state) {
      case 'Empty':
      case 'Dead':
        return ErrorCode.UNKNOWN_MEMBER_ID;
      case 'PreparingRebalance':
        return ErrorCode.REBALANCE_IN_PROGRESS;
      case 'CompletingRebalance':
      case 'Stable':
        return ErrorCode.NONE;
    }
  }
}
