import { message } from '../../../src/protocol/message.ts';
import { array, string, struct } from '../../../src/protocol/schema.ts';

/**
 * What every version of ConsumerProtocolSubscription begins with, those of the future as well: all that a coordinator
 * wants to know of it. Kafka defines no such message.
 */
export const subscribedTopicsSchema = message({
  name: 'SubscribedTopics',
  versions: '0',
  fields: struct({ topics: array(string()) }),
});
