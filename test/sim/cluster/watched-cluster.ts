import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import type { SimulatedMedium } from '../simulated-disk.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** A cluster as those see it who look at it from outside. */
export interface WatchedCluster {
  readonly brokerIds: readonly number[];
  /**
   * What a broker knows of the cluster; undefined while it is down or starting. Of the disk of one that serves nothing has got
   * lost since it has registered.
   */
  imageOf(id: number): MetadataImage | undefined;
  mediumOf(id: number): SimulatedMedium;
  /** Whether a fault has changed a file on its disk: an old index may still be as the fault has left it. */
  wasDamaged(id: number): boolean;
}

export function watchedCluster(cluster: SimulatedCluster): WatchedCluster {
  return {
    brokerIds: cluster.brokerIds,
    imageOf: (id) => cluster.broker(id)?.image,
    mediumOf: (id) => cluster.host(id).medium,
    wasDamaged: (id) => cluster.wasDamaged(id),
  };
}
