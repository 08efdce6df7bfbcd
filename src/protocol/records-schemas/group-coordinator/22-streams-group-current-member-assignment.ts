import { keyedMessage } from '../../message.ts';
import { array, int32, int8, string, struct } from '../../schema.ts';

/** Key of type 22 of `__consumer_offsets`: the tasks that a member has now (KIP-1071). */
export const streamsGroupCurrentMemberAssignmentKey = keyedMessage({
  key: 22,
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

const taskIdsFields = {
  subtopologyId: string(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: '0+', tag: 0 }),
};

/** Value to {@link streamsGroupCurrentMemberAssignmentKey}; null removes it. */
export const streamsGroupCurrentMemberAssignmentValue = keyedMessage({
  key: 22,
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    activeTasks: array(struct(taskIdsFields)),
    standbyTasks: array(struct(taskIdsFields)),
    warmupTasks: array(struct(taskIdsFields)),
    activeTasksPendingRevocation: array(struct(taskIdsFields)),
    standbyTasksPendingRevocation: array(struct(taskIdsFields)),
    warmupTasksPendingRevocation: array(struct(taskIdsFields)),
  }),
});
