import type { SimulatedCluster } from './simulated-cluster.ts';

/** The records of one replica as they are on its disk, all segments in a row. */
export function replicaBytes(cluster: SimulatedCluster, id: number, directory: string): Buffer {
  const { disk } = cluster.host(id).environment;
  const path = `/data/${directory}`;
  const segments = disk.list(path).filter((name) => name.endsWith('.log'));
  return Buffer.concat(segments.map((name) => disk.readFile(`${path}/${name}`)));
}
