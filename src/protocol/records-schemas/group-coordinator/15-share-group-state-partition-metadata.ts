import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct, uuid } from '../../schema.ts';

/** Key of type 15 of `__consumer_offsets`: which share partitions are initialized (KIP-932). */
export const shareGroupStatePartitionMetadataKey = keyedMessage({
  key: 15,
  name: 'ShareGroupStatePartitionMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

const topicPartitionsInfoFields = { topicId: uuid(), topicName: string(), partitions: array(int32()) };

/** Value to {@link shareGroupStatePartitionMetadataKey}; null removes it. */
export const shareGroupStatePartitionMetadataValue = keyedMessage({
  key: 15,
  name: 'ShareGroupStatePartitionMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    initializingTopics: array(struct(topicPartitionsInfoFields)),
    initializedTopics: array(struct(topicPartitionsInfoFields)),
    deletingTopics: array(struct({ topicId: uuid(), topicName: string() })),
  }),
});
