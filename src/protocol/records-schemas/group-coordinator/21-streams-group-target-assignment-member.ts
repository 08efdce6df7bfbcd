import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct } from '../../schema.ts';

/** Key of type 21 of `__consumer_offsets`: a member's target tasks (KIP-1071). */
export const streamsGroupTargetAssignmentMemberKey = keyedMessage({
  key: 21,
  name: 'StreamsGroupTargetAssignmentMemberKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

const taskIdsFields = { subtopologyId: string(), partitions: array(int32()) };

/** Value to {@link streamsGroupTargetAssignmentMemberKey}; null removes it. */
export const streamsGroupTargetAssignmentMemberValue = keyedMessage({
  key: 21,
  name: 'StreamsGroupTargetAssignmentMemberValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    activeTasks: array(struct(taskIdsFields)),
    standbyTasks: array(struct(taskIdsFields)),
    warmupTasks: array(struct(taskIdsFields)),
  }),
});
