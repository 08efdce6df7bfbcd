import { keyedMessage } from '../../message.ts';
import { string, struct, uuid } from '../../schema.ts';

/** TopicRecord (type 2) of `__cluster_metadata`: a topic was created. */
export const topicRecord = keyedMessage({
  key: 2,
  name: 'TopicRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ name: string(), topicId: uuid() }),
});
