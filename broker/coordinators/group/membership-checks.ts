import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';

/** NONE, or why the request does not come from a member of the group: it is unknown, or fenced by its instance id. */
export function memberError(group: ClassicGroup, memberId: string, groupInstanceId: string | null): number {
  if (groupInstanceId !== null) {
    const current = group.staticMemberId(groupInstanceId);
    if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    return current === memberId ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID;
  }
  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
}

/** As {@link memberError}, and whether the member is of the current generation. */
export function generationError(
  group: ClassicGroup,
  member: {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly generationId: number;
  },
): number {
  const error = memberError(group, member.memberId, member.groupInstanceId);
  if (error !== ErrorCode.NONE) return error;
  return member.generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

/**
 * Whether a commit in a transaction is acceptable (KIP-447): it comes with the group's metadata, of which older producers
 * know nothing. Where the group is in its rebalance does not matter: the generation says whose partitions they are.
 */
export function transactionalCommitError(
  group: ClassicGroup | undefined,
  commit: {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly generationId: number;
  },
): number {
  const { memberId, groupInstanceId, generationId } = commit;
  if (group === undefined) return generationId < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  if (group.is('Dead')) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (generationId < 0 && group.is('Empty')) return ErrorCode.NONE;
  const isAnonymous = generationId < 0 && memberId === '' && groupInstanceId === null;
  return isAnonymous ? ErrorCode.NONE : generationError(group, commit);
}

/** Whether a commit is acceptable; {@link transactionalCommitError} has the rules of transactions. */
export function commitError(
  group: ClassicGroup,
  commit: {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly generationId: number;
  },
): number {
  if (group.is('Dead')) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  // Without a generation it comes from a tool or from a consumer that only keeps offsets here.
  if (commit.generationId < 0 && group.is('Empty')) return ErrorCode.NONE;
  const isAnonymous = commit.generationId < 0 && commit.memberId === '' && commit.groupInstanceId === null;
  const error = isAnonymous ? ErrorCode.UNKNOWN_MEMBER_ID : generationError(group, commit);
  if (error !== ErrorCode.NONE) return error;
  // The member knows its generation but not its assignment yet: it must not commit for partitions of the last one.
  return group.is('CompletingRebalance') ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}
