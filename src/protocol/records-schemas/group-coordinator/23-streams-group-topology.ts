import { keyedMessage } from '../../message.ts';
import { array, int16, int32, string, struct } from '../../schema.ts';

/** Key of type 23 of `__consumer_offsets`: the topology of a streams group (KIP-1071). */
export const streamsGroupTopologyKey = keyedMessage({
  key: 23,
  name: 'StreamsGroupTopologyKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

const topicInfoFields = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(struct({ key: string(), value: string() })),
};

/** Value to {@link streamsGroupTopologyKey}; null removes it. */
export const streamsGroupTopologyValue = keyedMessage({
  key: 23,
  name: 'StreamsGroupTopologyValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
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
  }),
});
