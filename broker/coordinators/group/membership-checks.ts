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

/** Whether a commit is acceptable (offsets of transactions have rules of their own). */
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
