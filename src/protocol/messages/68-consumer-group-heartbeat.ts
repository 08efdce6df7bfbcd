import { api } from '../message.ts';
import { array, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * ConsumerGroupHeartbeat (key 68, versions 0-1): joins, leaves and keeps alive, and carries assignments, in
 * the consumer protocol (KIP-848).
 *
 * - v1: regular expressions; the client chooses the member id (KIP-1082)
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: '0+', default: null }),
    rackId: string({ nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullable: '0+', default: null }),
    subscribedTopicRegex: string({ versions: '1+', nullable: '1+', default: null }),
    serverAssignor: string({ nullable: '0+', default: null }),
    topicPartitions: array(struct({ topicId: uuid(), partitions: array(int32()) }), {
      nullable: '0+',
      default: null,
    }),
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
