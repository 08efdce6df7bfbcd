import { api } from '../message.ts';
import { array, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * ShareGroupHeartbeat (key 76, versions 1): joins, leaves and keeps alive in a share group (KIP-932).
 */
export const shareGroupHeartbeat = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: '1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    rackId: string({ nullable: '0+', default: null }),
    subscribedTopicNames: array(string(), { nullable: '0+', default: null }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    memberId: string({ nullable: '0+', default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      { topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) })) },
      { nullable: '0+', default: null },
    ),
  }),
});
