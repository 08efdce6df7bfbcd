import { List, Map as ImmutableMap } from 'immutable';
import {
  type BrokerRegistration,
  EMPTY_IMAGE,
  type MetadataImage,
  type PartitionRegistration,
} from '../../../broker/metadata/metadata-image.ts';

const PARTITION: PartitionRegistration = {
  replicas: [1, 2, 3],
  directories: [],
  isr: [1, 2, 3],
  addingReplicas: [],
  removingReplicas: [],
  elr: [],
  lastKnownElr: [],
  leader: 1,
  leaderEpoch: 4,
  partitionEpoch: 7,
  recovering: false,
};

export function broker(id: number, change: Partial<BrokerRegistration> = {}): BrokerRegistration {
  return {
    id,
    epoch: id,
    incarnationId: `process ${id}`,
    endpoints: [],
    features: new Map(),
    rack: null,
    fenced: false,
    inControlledShutdown: false,
    directories: [],
    ...change,
  };
}

/** Metadata with one partition, records-0, of brokers 1, 2 and 3. */
export function imageWith(
  offset: number,
  change: Partial<PartitionRegistration>,
  brokers = [broker(1), broker(2), broker(3)],
): MetadataImage {
  const topic = { name: 'records', id: 'id', partitions: List([{ ...PARTITION, ...change }]) };
  return {
    ...EMPTY_IMAGE,
    offset,
    brokers: ImmutableMap(brokers.map((each) => [each.id, each])),
    topicsById: ImmutableMap([['id', topic]]),
    topicsByName: ImmutableMap([['records', topic]]),
  };
}
