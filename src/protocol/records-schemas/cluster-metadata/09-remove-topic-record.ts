import { keyedMessage } from '../../message.ts';
import { struct, uuid } from '../../schema.ts';

/** RemoveTopicRecord (type 9) of `__cluster_metadata`: a topic and its partitions were deleted. */
export const removeTopicRecord = keyedMessage({
  key: 9,
  name: 'RemoveTopicRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ topicId: uuid() }),
});
