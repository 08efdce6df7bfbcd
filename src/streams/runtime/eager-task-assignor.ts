import type { ConsumerAssignor } from '../../client/types.ts';
import { assignGroup } from './group-assignment.ts';
import { decodeMemberData, encodeMemberData } from './member-data.ts';
import { differencesToTell } from './shape-telling.ts';
import { askedToEnd } from './stop-limits.ts';
import { LATEST_OFFSET } from './subscription-info.ts';
import { leaderOf, type TaskAssignorOptions } from './task-assignor-options.ts';

/**
 * What members of versions before cooperative rebalancing speak, so that an application can be upgraded one by one: as long
 * as one of them is in the group, all members use it and give everything up in every rebalance.
 */
export function eagerTaskAssignor(options: TaskAssignorOptions): ConsumerAssignor {
  const { taskOffsetSums, asksToEnd = () => false, onEnd, onDifferences } = options;
  // They know no standby tasks, and none that warm up: whatever size its state has, a task moves at once.
  const endOffsets = (): Promise<undefined> => Promise.resolve(undefined);
  const leader = { ...leaderOf(options), standbyReplicas: 0, endOffsets };
  return {
    name: 'millrace-streams',
    supportedProtocols: ['cooperative', 'eager'],
    revokesAll: true,
    subscriptionUserData: () =>
      encodeMemberData({ tasks: [...taskOffsetSums().keys()], shape: leader.shape, asksToEnd: asksToEnd() }),
    async assign(metadata, subscriptions) {
      const told = subscriptions.map((subscription) => ({
        ...subscription,
        ...decodeMemberData(subscription.userData),
      }));
      if (told.some((member) => member.asksToEnd)) {
        const userData = encodeMemberData({ asksToEnd: true });
        return new Map(subscriptions.map(({ memberId }) => [memberId, { partitions: [], userData }]));
      }
      // They tell of which tasks they have state, not how much.
      const members = told.map(({ memberId, tasks, shape, ownedPartitions, generationId }) => {
        const sums = new Map(tasks.map((task) => [task, LATEST_OFFSET]));
        const names = { memberId, processId: memberId, instance: memberId };
        return { ...names, taskOffsetSums: sums, shape, ownedPartitions, generationId };
      });
      const { tasksOf, differences } = await assignGroup(members, metadata, leader);
      const userData = encodeMemberData({ differences: differencesToTell(differences) });
      return new Map(
        subscriptions.map(({ memberId }) => {
          const partitions = (tasksOf.get(memberId) ?? []).flatMap(({ inputs }) => inputs);
          return [memberId, differences.length === 0 ? { partitions } : { partitions, userData }];
        }),
      );
    },
    onAssignment({ userData }) {
      const told = decodeMemberData(userData);
      if (told.asksToEnd) onEnd?.(askedToEnd());
      if (told.differences.length > 0) onDifferences?.(told.differences);
    },
  };
}
