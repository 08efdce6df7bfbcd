import type { PartitionMetrics } from '../server/metrics.ts';
import type { Partition } from './partition.ts';

/** What the metrics page shows of partitions, one after the other as they are asked for. */
export function* partitionMetrics(partitions: Iterable<Partition>): Iterable<PartitionMetrics> {
  for (const partition of partitions) {
    const { log } = partition;
    yield {
      topic: partition.topic,
      partition: partition.index,
      logStartOffset: log.logStartOffset,
      logEndOffset: log.logEndOffset,
      sizeBytes: log.sizeInBytes,
      segmentCount: log.segmentCount,
      isLeader: partition.leader !== null,
      isUnderReplicated: partition.isUnderReplicated,
    };
  }
}
