import type { ConsumerAssignor, MemberSubscription } from '../../types.ts';
import { AssignmentBuilder, compareMembers, subscribedTopics } from './assignment-order.ts';

/**
 * `range`: each topic's partitions in contiguous runs over its subscribers, the first ones taking one more where it
 * does not divide. Topics with equal partition counts and subscribers are co-partitioned: the same member gets the
 * same partition numbers of each, which is what joins need.
 */
export const rangeAssignor: ConsumerAssignor = {
  name: 'range',
  supportedProtocols: ['eager'],

  assign(metadata, subscriptions) {
    const assignment = new AssignmentBuilder(subscriptions);
    for (const topic of subscribedTopics(metadata, subscriptions)) {
      const members = subscribersOf(topic, subscriptions);
      const count = metadata.partitionCount(topic) ?? 0;
      const each = Math.floor(count / members.length);
      const withOneMore = count % members.length;
      let partition = 0;
      for (const [index, { memberId }] of members.entries()) {
        const end = partition + each + (index < withOneMore ? 1 : 0);
        for (; partition < end; partition++) assignment.add(memberId, { topic, partition });
      }
    }
    return assignment.build();
  },
};

function subscribersOf(topic: string, subscriptions: readonly MemberSubscription[]): MemberSubscription[] {
  return subscriptions.filter(({ topics }) => topics.includes(topic)).toSorted(compareMembers);
}
