import type { ConsumerAssignor } from '../../types.ts';
import { AssignmentBuilder, compareMembers, partitionsOf, subscribedTopics } from './assignment-order.ts';

/**
 * `roundrobin`: all partitions of all topics in one row, dealt to the members in turn; a member that does not subscribe
 * to the topic is passed over.
 */
export const roundRobinAssignor: ConsumerAssignor = {
  name: 'roundrobin',
  supportedProtocols: ['eager'],

  assign(metadata, subscriptions) {
    const assignment = new AssignmentBuilder(subscriptions);
    const members = subscriptions
      .toSorted(compareMembers)
      .map(({ memberId, topics }) => ({ memberId, topics: new Set(topics) }));
    let turn = 0;
    for (const partition of partitionsOf(metadata, subscribedTopics(metadata, subscriptions))) {
      let member = members[turn % members.length];
      while (member !== undefined && !member.topics.has(partition.topic)) {
        turn++;
        member = members[turn % members.length];
      }
      if (member !== undefined) assignment.add(member.memberId, partition);
      turn++;
    }
    return assignment.build();
  },
};
