import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import { decodeAssignment } from './group-protocol.ts';

/**
 * How many partitions of each topic the members of a group have together, as its coordinator says. For a static leader that
 * comes back to an assignment (KIP-814): it may be older than partitions that were added while nobody led the group.
 * @returns undefined where the coordinator does not say, such as for want of a right.
 */
export async function assignedCounts(
  coordinator: GroupCoordinator,
): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const body = { groups: [coordinator.groupId], includeAuthorizedOperations: false };
    const [group] = (await coordinator.send({ api: describeGroups, body })).groups;
    if (group === undefined || group.errorCode !== ErrorCode.NONE) return undefined;
    const counts = new Map<string, number>();
    for (const { memberAssignment } of group.members) {
      for (const { topic } of decodeAssignment(memberAssignment).partitions)
        counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
    return counts;
  } catch (error) {
    if (error instanceof OperationalError) return undefined;
    throw error;
  }
}
