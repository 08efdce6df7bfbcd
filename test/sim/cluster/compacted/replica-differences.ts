import { replicaBytes } from '../replica-files.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { differenceOf, replicaView } from './replica-view.ts';

/**
 * The first difference between the contents of the replicas of a topic that is compacted, up to ends that all of them have.
 *
 * @param options.values see {@link differenceOf}.
 */
export function differenceOfReplicas(
  cluster: SimulatedCluster,
  topic: string,
  { ends, values }: { readonly ends: readonly number[]; readonly values: boolean },
): string | undefined {
  for (const [partition, end] of ends.entries()) {
    const directory = `${topic}-${partition}`;
    const replicas = cluster.replicasOf(topic, partition).filter((id) => cluster.isUp(id));
    const views = replicas.map((id) => ({
      id,
      view: replicaView(replicaBytes(cluster, id, directory), end),
    }));
    const [first, ...others] = views;
    for (const { id, view } of others) {
      const difference = first && differenceOf(first.view, view, { values });
      if (difference !== undefined) return `${directory} of brokers ${first?.id} and ${id}: ${difference}`;
    }
  }
  return undefined;
}
