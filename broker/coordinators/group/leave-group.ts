import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import { memberError } from './membership-checks.ts';
import type { Rebalancer } from './rebalance.ts';

/** Removes a member, which may be named by its instance id alone, as tools do (KIP-345). Answers an error code. */
export function leaveGroupMember(
  group: ClassicGroup,
  leaving: { readonly memberId: string; readonly groupInstanceId: string | null },
  rebalancer: Rebalancer,
): number {
  const { groupInstanceId } = leaving;
  let { memberId } = leaving;
  if (memberId === '' && groupInstanceId !== null) {
    memberId = group.staticMemberId(groupInstanceId) ?? '';
  } else if (group.pendingMembers.has(memberId)) {
    rebalancer.removePending(group, memberId);
    return ErrorCode.NONE;
  }
  const error = memberError(group, memberId, groupInstanceId);
  if (error === ErrorCode.NONE) rebalancer.removeMember(group, group.member(memberId));
  return error;
}
