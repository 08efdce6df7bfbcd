import type { SimulatedCluster } from './simulated-cluster.ts';
import { replicaBytes } from './replica-files.ts';
import type { LogEnds, WorkloadTopic } from './workload.ts';

/** The first difference between the replicas of some topics; undefined when there is none. */
export function differenceIn(
  cluster: SimulatedCluster,
  topics: readonly WorkloadTopic[],
): string | undefined {
  for (const { name, partitions, equalBytes } of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      const [first = 0, ...others] = cluster.replicasOf(name, partition);
      const directory = `${name}-${partition}`;
      const isSame = equalBytes ? hasSameBytes : hasSameEnd;
      const other = others.find((id) => !isSame(cluster, [first, id], directory));
      if (other !== undefined || others.length === 0)
        return `${directory} of broker ${first} is not that of broker ${other}`;
    }
  }
  return undefined;
}

/** The ends of partitions whose replicas are the same. */
export function logEndsOf(cluster: SimulatedCluster, topics: readonly WorkloadTopic[]): LogEnds {
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      Array.from({ length: partitions }, (_, partition) => {
        const [replica = 0] = cluster.replicasOf(name, partition);
        return logEnd(cluster, replica, `${name}-${partition}`);
      }),
    ]),
  );
}

export function hasSameBytes(
  cluster: SimulatedCluster,
  [a, b]: readonly [number, number],
  directory: string,
): boolean {
  if (!cluster.isUp(a) || !cluster.isUp(b)) return false;
  return replicaBytes(cluster, a, directory).equals(replicaBytes(cluster, b, directory));
}

function hasSameEnd(
  cluster: SimulatedCluster,
  [a, b]: readonly [number, number],
  directory: string,
): boolean {
  if (!cluster.isUp(a) || !cluster.isUp(b)) return false;
  return logEnd(cluster, a, directory) === logEnd(cluster, b, directory);
}

/** The offset after the last batch of a replica, or where its newest segment begins when that is empty. */
export function logEnd(cluster: SimulatedCluster, id: number, directory: string): number {
  const { disk } = cluster.host(id).environment;
  const path = `/data/${directory}`;
  const newest = disk.list(path).findLast((name) => name.endsWith('.log'));
  if (newest === undefined) return 0;
  const bytes = disk.readFile(`${path}/${newest}`);
  let end = Number.parseInt(newest, 10);
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    end = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23) + 1;
  }
  return end;
}
