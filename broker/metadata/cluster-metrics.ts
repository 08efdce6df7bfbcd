import type { ClusterMetrics } from '../server/metrics.ts';
import type { MetadataImage } from './metadata-image.ts';

/** What the metrics page shows of the cluster; walks all partitions, so it is asked for once per page. */
export function clusterMetrics(
  image: MetadataImage,
  options: { readonly isActiveController: boolean },
): ClusterMetrics {
  let partitionCount = 0;
  let offlinePartitionsCount = 0;
  for (const { partitions } of image.topicsById.values()) {
    partitionCount += partitions.size;
    for (const { leader } of partitions) if (leader < 0) offlinePartitionsCount++;
  }
  return {
    ...options,
    activeBrokerCount: image.brokers.count(({ fenced }) => !fenced),
    topicCount: image.topicsById.size,
    partitionCount,
    offlinePartitionsCount,
  };
}
