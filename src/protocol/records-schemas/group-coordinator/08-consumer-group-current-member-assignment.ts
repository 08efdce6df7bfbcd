import { keyedMessage } from '../../message.ts';
import { array, int32, int8, string, struct, uuid } from '../../schema.ts';

/** Key of type 8 of `__consumer_offsets`: what a member has now, and which epoch it is in (KIP-848). */
export const consumerGroupCurrentMemberAssignmentKey = keyedMessage({
  key: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

const topicPartitionsFields = {
  topicId: uuid(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: '0+', tag: 0 }),
};

/** Value to {@link consumerGroupCurrentMemberAssignmentKey}; null removes it. */
export const consumerGroupCurrentMemberAssignmentValue = keyedMessage({
  key: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(struct(topicPartitionsFields)),
    partitionsPendingRevocation: array(struct(topicPartitionsFields)),
  }),
});
