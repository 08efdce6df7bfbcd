import { keyedMessage } from '../../message.ts';
import { string, struct } from '../../schema.ts';

/** ClearElrRecord (type 28) of `__cluster_metadata`: eligible leader replicas were cleared, of a topic or of all (KIP-966). */
export const clearElrRecord = keyedMessage({
  key: 28,
  name: 'ClearElrRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ topicName: string() }),
});
