import { CLEANER_CHECKPOINT } from '../../../../broker/log/offset-checkpoint.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';

/** Partitions of a topic that some broker has compacted, by what the brokers have noted of it. */
export function compactedPartitions(cluster: SimulatedCluster, topic: string): number {
  const partitions = new Set<string>();
  for (const id of cluster.brokerIds) {
    if (!cluster.isUp(id)) continue;
    const { disk } = cluster.host(id).environment;
    if (!disk.list('/data').includes(CLEANER_CHECKPOINT)) continue;
    for (const line of disk.readFile(`/data/${CLEANER_CHECKPOINT}`).toString().split('\n')) {
      const [name, partition = '', offset] = line.split(' ');
      if (name === topic && Number(offset) > 0) partitions.add(partition);
    }
  }
  return partitions.size;
}
