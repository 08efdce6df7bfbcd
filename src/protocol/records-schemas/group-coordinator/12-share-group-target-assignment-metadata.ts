import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 12 of `__consumer_offsets`: the epoch of the target assignment (KIP-932). */
export const shareGroupTargetAssignmentMetadataKey = keyedMessage({
  key: 12,
  name: 'ShareGroupTargetAssignmentMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link shareGroupTargetAssignmentMetadataKey}; null removes it. */
export const shareGroupTargetAssignmentMetadataValue = keyedMessage({
  key: 12,
  name: 'ShareGroupTargetAssignmentMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ assignmentEpoch: int32(), assignmentTimestamp: int64({ tag: 0, ignorable: true }) }),
});
