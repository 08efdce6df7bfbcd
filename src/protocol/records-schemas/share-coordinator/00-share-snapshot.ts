import { keyedMessage } from '../../message.ts';
import { array, int16, int32, int64, int8, string, struct, uuid } from '../../schema.ts';

/** Key of type 0 of `__share_group_state`: the whole state of a share partition (KIP-932). */
export const shareSnapshotKey = keyedMessage({
  key: 0,
  name: 'ShareSnapshotKey',
  versions: '0',
  fields: struct({ groupId: string(), topicId: uuid(), partition: int32() }),
});

/** Value to {@link shareSnapshotKey}; null removes it. */
export const shareSnapshotValue = keyedMessage({
  key: 0,
  name: 'ShareSnapshotValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    snapshotEpoch: int32(),
    stateEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tag: 0, default: -1 }),
    createTimestamp: int64(),
    writeTimestamp: int64(),
    stateBatches: array(
      struct({ firstOffset: int64(), lastOffset: int64(), deliveryState: int8(), deliveryCount: int16() }),
    ),
  }),
});
