import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct, uuid } from '../../schema.ts';

/** Key of type 7 of `__consumer_offsets`: a member's target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMemberKey = keyedMessage({
  key: 7,
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link consumerGroupTargetAssignmentMemberKey}; null removes it. */
export const consumerGroupTargetAssignmentMemberValue = keyedMessage({
  key: 7,
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })) }),
});
