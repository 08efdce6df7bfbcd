import { keyedMessage } from '../../message.ts';
import { array, int32, int8, string, struct, uuid } from '../../schema.ts';

/** Key of type 14 of `__consumer_offsets`: what a member has now (KIP-932). */
export const shareGroupCurrentMemberAssignmentKey = keyedMessage({
  key: 14,
  name: 'ShareGroupCurrentMemberAssignmentKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link shareGroupCurrentMemberAssignmentKey}; null removes it. */
export const shareGroupCurrentMemberAssignmentValue = keyedMessage({
  key: 14,
  name: 'ShareGroupCurrentMemberAssignmentValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })),
  }),
});
