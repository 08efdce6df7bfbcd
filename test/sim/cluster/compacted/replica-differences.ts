import { logEnd } from '../log-ends.ts';
import { replicaBytes } from '../replica-files.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import { differenceOf, replicaView } from './replica-view.ts';

/** A replica as its disk has it. */
export interface ReplicaOnDisk {
  readonly id: number;
  readonly bytes: Buffer;
  readonly endOffset: number;
}

/**
 * The first difference between the contents of the replicas of a topic that is compacted.
 *
 * @param options.ends where the logs have ended, all of them, some time before.
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
    const difference = differenceBetween(
      replicas.map((id) => ({
        id,
        bytes: replicaBytes(cluster, id, directory),
        endOffset: logEnd(cluster, id, directory),
      })),
      { end, values },
    );
    if (difference !== undefined) return `${directory} of ${difference}`;
  }
  return undefined;
}

/**
 * The first difference between the replicas of a partition, up to where all of them end now: groups commit while the rest is
 * read, and a replica that is compacted meanwhile has let go of what was the last value before that. None is compacted further
 * than all of them reach, for its high watermark is the bound.
 *
 * @param options.end where all of them have ended some time before.
 * @param options.values see {@link differenceOf}.
 */
export function differenceBetween(
  replicas: readonly ReplicaOnDisk[],
  { end, values }: { readonly end: number; readonly values: boolean },
): string | undefined {
  const short = replicas.find(({ endOffset }) => endOffset < end);
  if (short !== undefined) return `broker ${short.id} ends at ${short.endOffset}, and has ended at ${end}`;
  const common = Math.min(...replicas.map(({ endOffset }) => endOffset));
  const views = replicas.map(({ id, bytes }) => ({ id, view: replicaView(bytes, common) }));
  const [first, ...others] = views;
  for (const { id, view } of others) {
    const difference = first && differenceOf(first.view, view, { values });
    if (difference !== undefined) return `brokers ${first?.id} and ${id}: ${difference}`;
  }
  return undefined;
}
