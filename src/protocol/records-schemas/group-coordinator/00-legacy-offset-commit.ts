import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 0 of `__consumer_offsets`: a committed offset, under its oldest key version. */
export const legacyOffsetCommitKey = keyedMessage({
  key: 0,
  name: 'LegacyOffsetCommitKey',
  versions: '0',
  fields: struct({ group: string(), topic: string(), partition: int32() }),
});

/** Value to {@link legacyOffsetCommitKey}; null removes it. */
export const legacyOffsetCommitValue = keyedMessage({
  key: 0,
  name: 'LegacyOffsetCommitValue',
  versions: '0',
  fields: struct({ offset: int64(), metadata: string(), commitTimestamp: int64() }),
});
