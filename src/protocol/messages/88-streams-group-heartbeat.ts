import { api } from '../message.ts';
import { array, bool, int16, int32, int64, int8, string, struct, uint16 } from '../schema.ts';

const keyValueFields = { key: string(), value: string() };

const topicInfoFields = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(struct(keyValueFields)),
};

const taskIdsFields = { subtopologyId: string(), partitions: array(int32()) };

const taskOffsetFields = { subtopologyId: string(), partition: int32(), offset: int64() };

const topicPartitionFields = { topic: string(), partitions: array(int32()) };

/**
 * StreamsGroupHeartbeat (key 88, versions 0-1): joins, leaves and keeps alive, and carries tasks, in a
 * streams group (KIP-1071).
 *
 * - v1: `acceptableRecoveryLag`, `topologyDescriptionRequired` in the response
 */
export const streamsGroupHeartbeat = api({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    endpointInformationEpoch: int32(),
    instanceId: string({ nullable: '0+', default: null }),
    rackId: string({ nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    topology: struct(
      {
        epoch: int32(),
        subtopologies: array(
          struct({
            subtopologyId: string(),
            sourceTopics: array(string()),
            sourceTopicRegex: array(string()),
            stateChangelogTopics: array(struct(topicInfoFields)),
            repartitionSinkTopics: array(string()),
            repartitionSourceTopics: array(struct(topicInfoFields)),
            copartitionGroups: array(
              struct({
                sourceTopics: array(int16()),
                sourceTopicRegex: array(int16()),
                repartitionSourceTopics: array(int16()),
              }),
            ),
          }),
        ),
      },
      { nullable: '0+', default: null },
    ),
    activeTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    standbyTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    warmupTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    processId: string({ nullable: '0+', default: null }),
    userEndpoint: struct({ host: string(), port: uint16() }, { nullable: '0+', default: null }),
    clientTags: array(struct(keyValueFields), { nullable: '0+', default: null }),
    taskOffsets: array(struct(taskOffsetFields), { nullable: '0+', default: null }),
    taskEndOffsets: array(struct(taskOffsetFields), { nullable: '0+', default: null }),
    shutdownApplication: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    memberId: string(),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    acceptableRecoveryLagLegacy: int32({ versions: '0' }),
    taskOffsetIntervalMs: int32(),
    acceptableRecoveryLag: int64({ versions: '1+', default: -1, ignorable: true }),
    status: array(struct({ statusCode: int8(), statusDetail: string() }), { nullable: '0+' }),
    activeTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    standbyTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    warmupTasks: array(struct(taskIdsFields), { nullable: '0+', default: null }),
    topologyDescriptionRequired: bool({ versions: '1+' }),
    endpointInformationEpoch: int32(),
    partitionsByUserEndpoint: array(
      struct({
        userEndpoint: struct({ host: string(), port: uint16() }),
        activePartitions: array(struct(topicPartitionFields)),
        standbyPartitions: array(struct(topicPartitionFields)),
      }),
      { nullable: '0+', default: null },
    ),
  }),
});
