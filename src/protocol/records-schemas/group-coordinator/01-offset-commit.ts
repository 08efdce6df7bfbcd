import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct, uuid } from '../../schema.ts';

/** Key of type 1 of `__consumer_offsets`: a committed offset. */
export const offsetCommitKey = keyedMessage({
  key: 1,
  name: 'OffsetCommitKey',
  versions: '0',
  fields: struct({ group: string(), topic: string(), partition: int32() }),
});

/** Value to {@link offsetCommitKey}; null removes it. */
export const offsetCommitValue = keyedMessage({
  key: 1,
  name: 'OffsetCommitValue',
  versions: '0-4',
  flexible: '4+',
  fields: struct({
    offset: int64(),
    leaderEpoch: int32({ versions: '3+', default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ versions: '1', default: -1, ignorable: true }),
    topicId: uuid({ versions: '4+', tag: 0, ignorable: true }),
  }),
});
