/** How the files that the process may hold open are shared out. */
interface OpenFilesShares {
  /** Files of segments that logs hold open; they open others when they need them. */
  readonly segmentsMax: number;
  /** Connections of Kafka clients: beyond them a new one is refused, so that logs can always open theirs. */
  readonly connectionsMax: number;
  /** Connections of HTTP clients of the SQL server in the same process, and in one of its own. */
  readonly httpConnectionsMax: number;
}

/** Checkpoints, indexes, folders that are being synced, the lock, standard streams, RocksDB of the same process. */
const RESERVE_SHARE = 0.25;
const RESERVE_MAX = 512;
const SEGMENTS_SHARE = 0.5;
/** Of what is left for connections. */
const HTTP_SHARE = 0.2;
/** More handles save nothing that one would notice, and each takes memory of the kernel. */
const SEGMENTS_MAX = 4096;

/** Shares out the limit of open files (`Disk.openFilesMax`): a part that nobody else takes, for each who needs some. */
export function shareOpenFiles(openFilesMax: number): OpenFilesShares {
  const reserve = Math.min(RESERVE_MAX, Math.floor(openFilesMax * RESERVE_SHARE));
  const segmentsMax = Math.max(
    8,
    Math.min(SEGMENTS_MAX, Math.floor((openFilesMax - reserve) * SEGMENTS_SHARE)),
  );
  const connections = openFilesMax - reserve - segmentsMax;
  const httpConnectionsMax = Math.max(8, Math.floor(connections * HTTP_SHARE));
  return {
    segmentsMax,
    connectionsMax: Math.max(8, Math.ceil(connections * (1 - HTTP_SHARE))),
    httpConnectionsMax,
  };
}
