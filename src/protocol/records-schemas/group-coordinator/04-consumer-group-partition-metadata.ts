import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct, uuid } from '../../schema.ts';

/** Key of type 4 of `__consumer_offsets`: the partitions that the group epoch is based on; no longer written (KIP-848). */
export const consumerGroupPartitionMetadataKey = keyedMessage({
  key: 4,
  name: 'ConsumerGroupPartitionMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link consumerGroupPartitionMetadataKey}; null removes it. */
export const consumerGroupPartitionMetadataValue = keyedMessage({
  key: 4,
  name: 'ConsumerGroupPartitionMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    topics: array(
      struct({
        topicId: uuid(),
        topicName: string(),
        numPartitions: int32(),
        partitionMetadata: array(struct({ partition: int32(), racks: array(string()) })),
      }),
    ),
  }),
});
