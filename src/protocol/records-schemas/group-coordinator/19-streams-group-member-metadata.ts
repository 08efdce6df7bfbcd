import { keyedMessage } from '../../message.ts';
import { array, int32, string, struct, uint16 } from '../../schema.ts';

/** Key of type 19 of `__consumer_offsets`: what a member told of itself (KIP-1071). */
export const streamsGroupMemberMetadataKey = keyedMessage({
  key: 19,
  name: 'StreamsGroupMemberMetadataKey',
  versions: '0',
  fields: struct({ groupId: string(), memberId: string() }),
});

/** Value to {@link streamsGroupMemberMetadataKey}; null removes it. */
export const streamsGroupMemberMetadataValue = keyedMessage({
  key: 19,
  name: 'StreamsGroupMemberMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    instanceId: string({ nullable: '0+' }),
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32({ default: -1 }),
    topologyEpoch: int32(),
    processId: string(),
    userEndpoint: struct({ host: string(), port: uint16() }, { nullable: '0+', default: null }),
    clientTags: array(struct({ key: string(), value: string() })),
  }),
});
