import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct, uuid } from '../../schema.ts';

/** Key of type 13 of `__consumer_offsets`: a member's target assignment (KIP-932). */
export const shareGroupTargetAssignmentMemberKey = keyedMessage({
  key: 13,
  name: 'ShareGroupTargetAssignmentMemberKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link shareGroupTargetAssignmentMemberKey}; null removes it. */
export const shareGroupTargetAssignmentMemberValue = keyedMessage({
  key: 13,
  name: 'ShareGroupTargetAssignmentMemberValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })) }),
});
