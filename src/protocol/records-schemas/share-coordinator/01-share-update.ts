import { keyedMessage } from '../../message.ts';
import { array, int16, int32, int64, int8, string, struct, uuid } from '../../schema.ts';

/** Key of type 1 of `__share_group_state`: a change of the state of a share partition (KIP-932). */
export const shareUpdateKey = keyedMessage({
  key: 1,
  name: 'ShareUpdateKey',
  versions: '0',
  fields: struct({ groupId: string(), topicId: uuid(), partition: int32() }),
});

/** Value to {@link shareUpdateKey}; null removes it. */
export const shareUpdateValue = keyedMessage({
  key: 1,
  name: 'ShareUpdateValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    snapshotEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tag: 0, default: -1 }),
    stateBatches: array(
      struct({ firstOffset: int64(), lastOffset: int64(), deliveryState: int8(), deliveryCount: int16() }),
    ),
  }),
});
