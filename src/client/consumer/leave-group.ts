import { messageOf, OperationalError } from '../../base/errors.ts';
import { leaveGroup as api } from '../../protocol/messages/13-leave-group.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import type { ConsumerGroupMetadata } from '../types.ts';

/** LeaveGroup names several members from here on (KIP-345). */
const LEAVE_BATCHED_FROM = 3;

/** Tells the coordinator that a member leaves. A group that cannot be told finds out when the session ends. */
export async function leaveGroup(
  coordinator: GroupCoordinator,
  { memberId, groupInstanceId }: ConsumerGroupMetadata,
  { reason, timeoutMs }: { readonly reason: string; readonly timeoutMs: number },
): Promise<void> {
  try {
    await coordinator.send({
      api,
      body: (version) => ({
        groupId: coordinator.groupId,
        ...(version >= LEAVE_BATCHED_FROM
          ? { members: [{ memberId, groupInstanceId, reason }] }
          : { memberId }),
      }),
      timeoutMs,
    });
  } catch (error) {
    if (!(error instanceof OperationalError)) throw new Error(messageOf(error), { cause: error });
  }
}
