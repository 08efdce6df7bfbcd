import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

const topologyDescriptionNodeFields = {
  name: string(),
  nodeType: int8(),
  sourceTopics: array(string()),
  sinkTopic: string({ nullable: '0+', default: null }),
  stores: array(string()),
  successors: array(string()),
};

/**
 * StreamsGroupTopologyDescriptionUpdate (key 93, versions 0): tells the topology of a streams application to
 * the broker, for tools.
 */
export const streamsGroupTopologyDescriptionUpdate = api({
  key: 93,
  name: 'StreamsGroupTopologyDescriptionUpdate',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    memberId: string(),
    topologyEpoch: int32(),
    topologyDescription: struct({
      subtopologies: array(
        struct({ subtopologyId: string(), nodes: array(struct(topologyDescriptionNodeFields)) }),
      ),
      globalStores: array(
        struct({
          source: struct(topologyDescriptionNodeFields),
          processor: struct(topologyDescriptionNodeFields),
        }),
      ),
    }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
  }),
});
