import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 11 of `__consumer_offsets`: a share group: its epoch (KIP-932). */
export const shareGroupMetadataKey = keyedMessage({
  key: 11,
  name: 'ShareGroupMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link shareGroupMetadataKey}; null removes it. */
export const shareGroupMetadataValue = keyedMessage({
  key: 11,
  name: 'ShareGroupMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ epoch: int32(), metadataHash: int64() }),
});
