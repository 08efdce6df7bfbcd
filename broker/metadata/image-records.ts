import {
  type BrokerRegistration,
  configResourceOf,
  type MetadataImage,
  type PartitionRegistration,
} from './metadata-image.ts';
import type { MetadataRecord } from './metadata-record.ts';

/**
 * Yields the records that make `image` out of the empty one, in the order of Kafka's `MetadataImage.write`: features first,
 * which say in which versions the rest is written, and a topic before its partitions.
 */
export function* imageRecords(image: MetadataImage): Generator<MetadataRecord, void, undefined> {
  for (const [name, featureLevel] of image.features)
    yield { type: 'FeatureLevelRecord', data: { name, featureLevel } };
  for (const broker of image.brokers.values()) yield registration(broker);
  for (const { id: topicId, name, partitions } of image.topicsById.values()) {
    yield { type: 'TopicRecord', data: { topicId, name } };
    for (const [partitionId, partition] of partitions.entries()) {
      yield partitionRecord({ topicId, partitionId }, partition);
    }
  }
  for (const [key, configs] of image.configs) {
    const resource = configResourceOf(key);
    for (const [name, value] of configs) yield { type: 'ConfigRecord', data: { ...resource, name, value } };
  }
  const { nextProducerId } = image;
  if (nextProducerId > 0)
    yield { type: 'ProducerIdsRecord', data: { brokerId: -1, brokerEpoch: -1, nextProducerId } };
}

function registration(broker: BrokerRegistration): MetadataRecord {
  return {
    type: 'RegisterBrokerRecord',
    data: {
      brokerId: broker.id,
      incarnationId: broker.incarnationId,
      brokerEpoch: broker.epoch,
      endPoints: [...broker.endpoints],
      features: [...broker.features].map(([name, { min, max }]) => ({
        name,
        minSupportedVersion: min,
        maxSupportedVersion: max,
      })),
      rack: broker.rack,
      fenced: broker.fenced,
      inControlledShutdown: broker.inControlledShutdown,
      logDirs: [...broker.directories],
    },
  };
}

function partitionRecord(
  place: { readonly topicId: string; readonly partitionId: number },
  partition: PartitionRegistration,
): MetadataRecord {
  return {
    type: 'PartitionRecord',
    data: {
      ...place,
      replicas: [...partition.replicas],
      isr: [...partition.isr],
      removingReplicas: [...partition.removingReplicas],
      addingReplicas: [...partition.addingReplicas],
      leader: partition.leader,
      leaderRecoveryState: partition.recovering ? 1 : 0,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      directories: [...partition.directories],
      eligibleLeaderReplicas: partition.elr.length === 0 ? null : [...partition.elr],
      lastKnownElr: partition.lastKnownElr.length === 0 ? null : [...partition.lastKnownElr],
    },
  };
}
