import { keyedMessage } from '../../message.ts';
import { int32, int64, string, struct } from '../../schema.ts';

/** Key of type 3 of `__consumer_offsets`: a group of the consumer protocol: its epoch (KIP-848). */
export const consumerGroupMetadataKey = keyedMessage({
  key: 3,
  name: 'ConsumerGroupMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link consumerGroupMetadataKey}; null removes it. */
export const consumerGroupMetadataValue = keyedMessage({
  key: 3,
  name: 'ConsumerGroupMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ epoch: int32(), metadataHash: int64({ tag: 0 }) }),
});
