import { keyedMessage } from '../../message.ts';
import { array, bytes, int32, string, struct } from '../../schema.ts';

/** Key of type 5 of `__consumer_offsets`: what a member told of itself (KIP-848). */
export const consumerGroupMemberMetadataKey = keyedMessage({
  key: 5,
  name: 'ConsumerGroupMemberMetadataKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link consumerGroupMemberMetadataKey}; null removes it. */
export const consumerGroupMemberMetadataValue = keyedMessage({
  key: 5,
  name: 'ConsumerGroupMemberMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    instanceId: string({ nullable: '0+' }),
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: '0+' }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: '0+' }),
    classicMemberMetadata: struct(
      { sessionTimeoutMs: int32(), supportedProtocols: array(struct({ name: string(), metadata: bytes() })) },
      { nullable: '0+', tag: 0 },
    ),
  }),
});
