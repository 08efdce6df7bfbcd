import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 6 of `__consumer_offsets`: the epoch of the target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMetadataKey = keyedMessage({
  key: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link consumerGroupTargetAssignmentMetadataKey}; null removes it. */
export const consumerGroupTargetAssignmentMetadataValue = keyedMessage({
  key: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ assignmentEpoch: int32(), assignmentTimestamp: int64({ tag: 0, ignorable: true }) }),
});
