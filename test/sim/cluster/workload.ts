import type { Simulation } from '../simulation.ts';
import type { ClusterShape } from './cluster-shape.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { Violate } from './violation.ts';

/** Where a part of the workload lives. */
export interface WorkloadContext {
  readonly simulation: Simulation;
  readonly cluster: SimulatedCluster;
  /** What this seed has drawn: how many brokers, replicas, partitions and clients. */
  readonly shape: ClusterShape;
  readonly bootstrapServers: readonly string[];
  readonly violate: Violate;
}

/** A topic that is made before the clients start, with the cluster's replication factor and `min.insync.replicas`. */
export interface WorkloadTopic {
  readonly name: string;
  readonly partitions: number;
  /** Settings of the topic, by their names in Kafka. */
  readonly configs?: Readonly<Record<string, string>>;
  /**
   * Whether the replicas of a partition must be the same, byte by byte, when nothing is written any more. Not so where each
   * of them is compacted in its own time: there only their log ends are waited for.
   */
  readonly equalBytes: boolean;
}

/** Log end offsets of the partitions of all {@link Workload.topics}, when nothing is written any more. */
export type LogEnds = ReadonlyMap<string, readonly number[]>;

/**
 * A part of what the clients of a cluster do, with what it knows of right and wrong. Whatever is wrong goes to
 * {@link WorkloadContext.violate}, at any time; a rejection of {@link stop} or {@link close} fails the run too.
 *
 * A run calls, in this order: `start` when its topics are there; `stop` when the faults end; `readBack` when the cluster
 * has healed, all parts have stopped and the replicas agree; `missing` until no part misses anything; `check`; `close`.
 */
export interface Workload {
  /** For reports: `records`. */
  readonly name: string;
  readonly topics: readonly WorkloadTopic[];
  /** Begins, without waiting for anything. */
  start(): void;
  /** Called after every event of the simulation, from `start` to `close`: it has to be quick. */
  observe?(): void;
  /**
   * Changes nothing any more; resolves when the fate of all that was asked for is known, if need be after the cluster has
   * healed (within 90 s of virtual time). Readers go on.
   */
  stop(): Promise<void>;
  /** Nothing is written any more: what is still to be read, is read from now on. */
  readBack?(ends: LogEnds): void;
  /** The first thing that must still come (within 30 s of virtual time), in words; undefined when all has come. */
  missing?(ends: LogEnds): string | undefined;
  /** Looks at the whole of it. */
  check?(ends: LogEnds): void;
  /** The readers end. */
  close(): Promise<void>;
  /** How often something was checked: a part with none was there for nothing, which fails the run. */
  readonly count: number;
  /** For the report and for figures over many runs: `{ sent: 812, acknowledged: 800 }`. */
  readonly counts: Readonly<Record<string, number>>;
}
