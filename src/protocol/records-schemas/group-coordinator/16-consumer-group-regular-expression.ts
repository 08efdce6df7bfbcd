import { keyedMessage } from '../../message.ts';
import { array, int64, string, struct } from '../../schema.ts';

/** Key of type 16 of `__consumer_offsets`: the topics that a regular expression stands for (KIP-848). */
export const consumerGroupRegularExpressionKey = keyedMessage({
  key: 16,
  name: 'ConsumerGroupRegularExpressionKey',
  versions: '0',
  fields: struct({ groupId: string(), regularExpression: string() }),
});

/** Value to {@link consumerGroupRegularExpressionKey}; null removes it. */
export const consumerGroupRegularExpressionValue = keyedMessage({
  key: 16,
  name: 'ConsumerGroupRegularExpressionValue',
  versions: '0',
  flexible: '0+',
  fields: struct({ topics: array(string()), version: int64(), timestamp: int64() }),
});
