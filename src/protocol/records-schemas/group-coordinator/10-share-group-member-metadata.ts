import { keyedMessage } from '../../message.ts';
import { array, string, struct } from '../../schema.ts';

/** Key of type 10 of `__consumer_offsets`: what a member told of itself (KIP-932). */
export const shareGroupMemberMetadataKey = keyedMessage({
  key: 10,
  name: 'ShareGroupMemberMetadataKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link shareGroupMemberMetadataKey}; null removes it. */
export const shareGroupMemberMetadataValue = keyedMessage({
  key: 10,
  name: 'ShareGroupMemberMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
  }),
});
