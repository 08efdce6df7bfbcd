import { api } from '../message.ts';
import { array, bool, int16, int32, int64, int8, string, struct, uint16 } from '../schema.ts';

const keyValueFields = { key: string(), value: string() };

const topicInfoFields = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(struct(keyValueFields)),
};

const taskOffsetFields = { subtopologyId: string(), partition: int32(), offset: int64() };

const taskIdsFields = { subtopologyId: string(), partitions: array(int32()) };

const assignmentFields = {
  activeTasks: array(struct(taskIdsFields)),
  standbyTasks: array(struct(taskIdsFields)),
  warmupTasks: array(struct(taskIdsFields)),
};

const topologyDescriptionNodeFields = {
  name: string({ versions: '1+' }),
  nodeType: int8({ versions: '1+' }),
  sourceTopics: array(string(), { versions: '1+' }),
  sinkTopic: string({ versions: '1+', nullable: '1+', default: null }),
  stores: array(string(), { versions: '1+' }),
  successors: array(string(), { versions: '1+' }),
};

/**
 * StreamsGroupDescribe (key 89, versions 0-1): describes streams groups (KIP-1071).
 *
 * - v1: `includeTopologyDescription` in the request; `topologyDescription`, `topologyDescriptionStatus`,
 *   `assignorName`, `subtopologies`, `globalStores`, `subtopologyId`, `nodes`, `name`, `nodeType`,
 *   `sourceTopics`, `sinkTopic`, `stores`, `successors`, `source`, `processor` in the response
 */
export const streamsGroupDescribe = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
    includeTopologyDescription: bool({ versions: '1+' }),
  }),
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
        topology: struct(
          {
            epoch: int32(),
            subtopologies: array(
              struct({
                subtopologyId: string(),
                sourceTopics: array(string()),
                repartitionSinkTopics: array(string()),
                stateChangelogTopics: array(struct(topicInfoFields)),
                repartitionSourceTopics: array(struct(topicInfoFields)),
              }),
              { nullable: '0+', default: null },
            ),
          },
          { nullable: '0+', default: null },
        ),
        members: array(
          struct({
            memberId: string(),
            memberEpoch: int32(),
            instanceId: string({ nullable: '0+', default: null }),
            rackId: string({ nullable: '0+', default: null }),
            clientId: string(),
            clientHost: string(),
            topologyEpoch: int32(),
            processId: string(),
            userEndpoint: struct({ host: string(), port: uint16() }, { nullable: '0+', default: null }),
            clientTags: array(struct(keyValueFields)),
            taskOffsets: array(struct(taskOffsetFields)),
            taskEndOffsets: array(struct(taskOffsetFields)),
            assignment: struct(assignmentFields),
            targetAssignment: struct(assignmentFields),
            isClassic: bool(),
          }),
        ),
        authorizedOperations: int32({ default: -2147483648 }),
        topologyDescription: struct(
          {
            subtopologies: array(
              struct({ subtopologyId: string(), nodes: array(struct(topologyDescriptionNodeFields)) }),
            ),
            globalStores: array(
              struct({
                source: struct(topologyDescriptionNodeFields),
                processor: struct(topologyDescriptionNodeFields),
              }),
            ),
          },
          { versions: '1+', nullable: '1+', default: null },
        ),
        topologyDescriptionStatus: int8({ versions: '1+' }),
        assignorName: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
      }),
    ),
  }),
});
