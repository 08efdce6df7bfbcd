import type { Partition } from './partition.ts';

/** How the replicas of a broker are, in numbers. */
interface ReplicaCounts {
  readonly leaderCount: number;
  readonly partitionCount: number;
  readonly underReplicatedPartitions: number;
  readonly underMinIsrPartitionCount: number;
  readonly atMinIsrPartitionCount: number;
  /** Requests that wait, once for each partition that they wait for. */
  readonly producePurgatorySize: number;
  readonly fetchPurgatorySize: number;
}

export function countReplicas(partitions: Iterable<Partition>): ReplicaCounts {
  let leaderCount = 0;
  let partitionCount = 0;
  let underReplicatedPartitions = 0;
  let underMinIsrPartitionCount = 0;
  let atMinIsrPartitionCount = 0;
  let producePurgatorySize = 0;
  let fetchPurgatorySize = 0;
  for (const partition of partitions) {
    partitionCount++;
    producePurgatorySize += partition.produceWatchers.waitingCount;
    fetchPurgatorySize += partition.fetchWatchers.waitingCount;
    const { leader } = partition;
    if (leader === null) continue;
    leaderCount++;
    if (partition.isUnderReplicated) underReplicatedPartitions++;
    if (leader.isUnderMinIsr) underMinIsrPartitionCount++;
    if (leader.isr.length === leader.effectiveMinIsr) atMinIsrPartitionCount++;
  }
  return {
    leaderCount,
    partitionCount,
    underReplicatedPartitions,
    underMinIsrPartitionCount,
    atMinIsrPartitionCount,
    producePurgatorySize,
    fetchPurgatorySize,
  };
}
