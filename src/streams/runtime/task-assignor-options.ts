import type { OperationalError } from '../../base/errors.ts';
import type { PartitionOffset, TopicPartition } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import type { AssignmentInfo } from './assignment-info.ts';
import type { Leader } from './group-assignment.ts';
import { changelogTopicName, type TaskPlan } from './topic-plan.ts';
import { shapeOf } from './topology-shape.ts';

/** What a member of the group brings along, and what it is told. */
export interface TaskAssignorOptions {
  readonly applicationId: string;
  /** Of this member, with the tasks that it runs as. */
  readonly topology: Topology;
  readonly tasks: readonly TaskPlan[];
  /** Of the process that the member belongs to: 22 characters of base64url. Asked at each join. */
  readonly processId: () => string;
  /** `application.server` of the process; empty where it has none. */
  readonly userEndPoint: string;
  /** Of the tasks that run here or have state here: see `SubscriptionInfo`. */
  readonly taskOffsetSums: () => ReadonlyMap<string, number>;
  /** Ends of changelogs; undefined where they cannot be had in time. */
  readonly endOffsets: (
    partitions: readonly TopicPartition[],
  ) => Promise<readonly PartitionOffset[] | undefined>;
  /** `acceptable.recovery.lag` */
  readonly acceptableRecoveryLag: number;
  /** `num.standby.replicas` */
  readonly standbyReplicas: number;
  /** `max.warmup.replicas` */
  readonly warmupReplicasMax: number;
  /** `probing.rebalance.interval.ms` */
  readonly probingRebalanceIntervalMs: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Names the process where several members of it have no state in common; undefined: `processId` does. */
  readonly instance: string | undefined;
  /** Whether this member asks all others to end (SHUTDOWN_APPLICATION). Asked at each join. */
  readonly asksToEnd?: () => boolean;
  /** Called with what the leader has ended this member for. */
  readonly onEnd?: (error: OperationalError) => void;
  /** Called with what differs where members of the group run different topologies. */
  readonly onDifferences?: (differences: readonly string[]) => void;
  /** Called with what the leader has told beside the tasks that are assigned. */
  readonly onAssignmentInfo?: (info: AssignmentInfo) => void;
  /** Called when the group is to be joined anew: at once, at a time in milliseconds since the epoch, or (undefined) not. */
  readonly onRejoin?: (at: 'now' | number | undefined) => void;
}

/** What the member knows when it leads the group. */
export function leaderOf(options: TaskAssignorOptions): Leader {
  const { applicationId, topology } = options;
  const { acceptableRecoveryLag, standbyReplicas, warmupReplicasMax, endOffsets } = options;
  const shape = shapeOf(topology, applicationId);
  const tasks = options.tasks.map(({ id, inputs, partition, subtopology }) => {
    const logged = subtopology.stores.filter((store) => topology.stores.get(store)?.loggingEnabled);
    return {
      id,
      taskId: id,
      inputs,
      subtopology: String(subtopology.id),
      reads: shape[String(subtopology.id)]?.reads ?? [],
      isStateful: subtopology.stores.length > 0,
      changelogs: [
        ...logged.map((store) => ({ topic: changelogTopicName(applicationId, store), partition })),
        ...restoredFrom(topology, subtopology.stores).map((topic) => ({ topic, partition })),
      ],
    };
  });
  return { tasks, shape, acceptableRecoveryLag, standbyReplicas, warmupReplicasMax, endOffsets };
}

/** The topics that stand for the changelogs of stores which have none. */
function restoredFrom({ restoredFromSource }: Topology, stores: readonly string[]): readonly string[] {
  return stores.flatMap((store) => restoredFromSource.get(store) ?? []);
}
