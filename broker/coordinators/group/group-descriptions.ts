import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../../src/protocol/message.ts';
import type { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import type { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import type { ClassicGroup } from './classic-group.ts';

type DescribedGroup = NonNullable<ResponseInput<typeof describeGroups>['groups']>[number];
type ListedGroup = NonNullable<ResponseInput<typeof listGroups>['groups']>[number];

const CLASSIC_TYPE = 'classic';
/** From this version on, an unknown group is an error and not a group in the state Dead (KIP-1043). */
const ERROR_FOR_UNKNOWN_VERSION = 6;

/** A group as DescribeGroups tells it: metadata only while it is stable, and assignments also while they are given up. */
export function describeGroup(group: ClassicGroup): DescribedGroup {
  const isStable = group.is('Stable');
  const none = Buffer.alloc(0);
  return {
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? member.metadata(group.protocolName) : none,
      memberAssignment: member.assignment,
    })),
  };
}

export function describeUnknownGroup(groupId: string, version: number): DescribedGroup {
  if (version < ERROR_FOR_UNKNOWN_VERSION) return { groupId, groupState: 'Dead' };
  return {
    groupId,
    groupState: 'Dead',
    errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    errorMessage: `Group ${groupId} not found.`,
  };
}

/** The groups that match; an empty filter matches all, and case does not matter (KIP-518, KIP-848). */
export function listMatchingGroups(
  groups: Iterable<ClassicGroup>,
  filter: { readonly states: readonly string[]; readonly types: readonly string[] },
): ListedGroup[] {
  const states = new Set(filter.states.map((state) => state.toLowerCase()));
  const types = new Set(filter.types.map((type) => type.toLowerCase()));
  if (types.size > 0 && !types.has(CLASSIC_TYPE)) return [];
  const listed: ListedGroup[] = [];
  for (const group of groups) {
    if (states.size > 0 && !states.has(group.state.toLowerCase())) continue;
    listed.push({
      groupId: group.groupId,
      protocolType: group.protocolType ?? '',
      groupState: group.state,
      groupType: CLASSIC_TYPE,
    });
  }
  return listed;
}
