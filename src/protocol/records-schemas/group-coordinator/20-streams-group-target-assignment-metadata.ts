import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 20 of `__consumer_offsets`: the epoch of the target assignment (KIP-1071). */
export const streamsGroupTargetAssignmentMetadataKey = keyedMessage({
  key: 20,
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link streamsGroupTargetAssignmentMetadataKey}; null removes it. */
export const streamsGroupTargetAssignmentMetadataValue = keyedMessage({
  key: 20,
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ assignmentEpoch: int32(), assignmentTimestamp: int64({ tag: 0, ignorable: true }) }),
});
