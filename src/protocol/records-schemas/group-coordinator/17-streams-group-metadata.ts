import { keyedMessage } from '../../message.ts';
import { array, int32, int64, string, struct } from '../../schema.ts';

/** Key of type 17 of `__consumer_offsets`: a streams group: its epoch (KIP-1071). */
export const streamsGroupMetadataKey = keyedMessage({
  key: 17,
  name: 'StreamsGroupMetadataKey',
  versions: '0',
  fields: struct({ groupId: string() }),
});

/** Value to {@link streamsGroupMetadataKey}; null removes it. */
export const streamsGroupMetadataValue = keyedMessage({
  key: 17,
  name: 'StreamsGroupMetadataValue',
  versions: '0',
  flexible: '0+',
  fields: struct({
    epoch: int32(),
    metadataHash: int64(),
    validatedTopologyEpoch: int32({ tag: 0, default: -1 }),
    lastAssignmentConfigs: array(struct({ key: string(), value: string() }), {
      nullable: '0+',
      tag: 1,
    }),
    storedDescriptionTopologyEpoch: int32({ tag: 2, default: -1 }),
    failedDescriptionTopologyEpoch: int32({ tag: 3, default: -1 }),
  }),
});
