import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct, uuid } from '../schema.ts';

const assignmentFields = {
  topicPartitions: array(struct({ topicId: uuid(), topicName: string(), partitions: array(int32()) })),
};

/**
 * ConsumerGroupDescribe (key 69, versions 0-1): describes groups of the consumer protocol (KIP-848).
 *
 * - v1: member types (KIP-1099)
 */
export const consumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({ groupIds: array(string()), includeAuthorizedOperations: bool() }),
  response: struct({
    throttleTimeMs: int32(),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          struct({
            memberId: string(),
            instanceId: string({ nullable: '0+', default: null }),
            rackId: string({ nullable: '0+', default: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array(string()),
            subscribedTopicRegex: string({ nullable: '0+', default: null }),
            assignment: struct(assignmentFields),
            targetAssignment: struct(assignmentFields),
            memberType: int8({ versions: '1+', default: -1, ignorable: true }),
          }),
        ),
        authorizedOperations: int32({ default: -2147483648 }),
      }),
    ),
  }),
});
