import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { isLost } from '../metadata/lost-replica.ts';
import type { MetadataImage, PartitionRegistration } from '../metadata/metadata-image.ts';

/** A partition as Metadata and DescribeTopicPartitions show it. */
interface PartitionMetadata {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export function partitionMetadata(
  partitionIndex: number,
  partition: PartitionRegistration,
  image: MetadataImage,
): PartitionMetadata {
  return {
    errorCode: partition.leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
    partitionIndex,
    leaderId: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: partition.replicas.filter(
      (id) => image.brokers.get(id)?.fenced !== false || isLost(partition, id),
    ),
  };
}
