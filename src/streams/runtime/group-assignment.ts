import type { AssignmentMetadata, PartitionOffset, TopicPartition } from '../../client/types.ts';
import { assignStandbys } from './standby-assignment.ts';
import { assignTasks, type MemberOfInstance } from './task-assignment.ts';
import { type TaskLags, taskLags } from './task-lags.ts';
import { withWarmUps } from './warm-up-assignment.ts';
import { hasSubtopology, shapeDifferences, type TopologyShape } from './topology-shape.ts';

/** A task as the leader assigns it: only a member whose topology reads the same can run it. */
export interface AssignedTask {
  /** Of all tasks of the group; {@link taskId} unless only members with another topology than the leader's have it. */
  readonly id: string;
  /** Of the topology of who runs it. */
  readonly taskId: string;
  readonly subtopology: string;
  readonly inputs: readonly TopicPartition[];
  readonly reads: readonly string[];
  readonly isStateful: boolean;
  readonly changelogs: readonly TopicPartition[];
}

/** What the leader knows of a member of the group. */
export interface GroupMember extends MemberOfInstance {
  readonly taskOffsetSums: ReadonlyMap<string, number>;
  /** Undefined of members that do not say: they are taken to run the same. */
  readonly shape: TopologyShape | undefined;
  readonly ownedPartitions: readonly TopicPartition[];
  /** In which they were assigned. */
  readonly generationId: number;
}

/** What the leader has of its own. */
export interface Leader {
  readonly tasks: readonly AssignedTask[];
  readonly shape: TopologyShape;
  readonly acceptableRecoveryLag: number;
  /** `num.standby.replicas` */
  readonly standbyReplicas: number;
  /** `max.warmup.replicas` */
  readonly warmupReplicasMax: number;
  /** Undefined where they cannot be had in time. */
  readonly endOffsets: (
    partitions: readonly TopicPartition[],
  ) => Promise<readonly PartitionOffset[] | undefined>;
}

interface GroupAssignment {
  /** By member; those of others, that have to be revoked first, are in nobody's. */
  readonly tasksOf: ReadonlyMap<string, readonly AssignedTask[]>;
  /** The same with those that others have to give up first. */
  readonly meantFor: ReadonlyMap<string, readonly AssignedTask[]>;
  /** By member, the tasks that it is to be a standby of. */
  readonly standbysOf: ReadonlyMap<string, readonly AssignedTask[]>;
  /** Tasks wait elsewhere until whom they are to move to has their state: the group is to look again. */
  readonly isWaiting: boolean;
  /** What differs between the topologies of the group. */
  readonly differences: readonly string[];
}

/** The leader's part: who gets which tasks, and in this round only what nobody else still has (KIP-429). */
export async function assignGroup(
  members: readonly GroupMember[],
  metadata: AssignmentMetadata,
  leader: Leader,
): Promise<GroupAssignment> {
  const { shape, acceptableRecoveryLag, endOffsets } = leader;
  const tasks = [...leader.tasks, ...foreignTasks(shape, members, metadata)];
  const holders = holdersOf(tasks, members);
  const lags =
    members.length < 2
      ? new Map()
      : await taskLags(
          tasks.filter(({ isStateful }) => isStateful),
          members,
          endOffsets,
        );
  const mayRun = eligibility(tasks, members);
  const targets = assignTasks({
    tasks,
    members,
    runningOn: caughtUp(holders, tasks, { members, lags, acceptableRecoveryLag }),
    lags,
    acceptableRecoveryLag,
    mayRun,
  });
  const backedUp = tasks.filter(({ isStateful, changelogs }) => isStateful && changelogs.length > 0);
  const moving = { tasks: backedUp, members, holders, lags, mayRun };
  const { owners, standbysOf, isWaiting } = await keepState(targets, moving, leader);
  const isFree = ({ id }: AssignedTask, memberId: string): boolean =>
    [...(holders.get(id) ?? [])].every((holder) => holder === memberId);
  const meantFor = new Map(
    members.map(({ memberId }) => [memberId, tasks.filter((task) => owners.get(task.id) === memberId)]),
  );
  return {
    tasksOf: new Map(
      [...meantFor].map(([memberId, meant]) => [memberId, meant.filter((task) => isFree(task, memberId))]),
    ),
    meantFor,
    isWaiting,
    standbysOf,
    differences: [
      ...new Set(
        [...new Set(members.map((member) => member.shape))].flatMap((other) =>
          other === undefined ? [] : shapeDifferences({ one: shape, other }),
        ),
      ),
    ],
  };
}

/** What members have of the tasks that have changelogs. */
interface StateOfGroup {
  readonly tasks: readonly AssignedTask[];
  readonly members: readonly GroupMember[];
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  readonly lags: TaskLags;
  readonly mayRun: (memberId: string, taskId: string) => boolean;
}

/** Who runs tasks now, so that no state is waited for that somebody has, and who follows their changelogs. */
async function keepState(
  targets: ReadonlyMap<string, string>,
  state: StateOfGroup,
  { acceptableRecoveryLag, standbyReplicas, warmupReplicasMax, endOffsets }: Leader,
): Promise<
  Pick<GroupAssignment, 'standbysOf' | 'isWaiting'> & { readonly owners: ReadonlyMap<string, string> }
> {
  const common = { ...state, acceptableRecoveryLag };
  const { owners, warmUps, isWaiting } = await withWarmUps({
    ...{ ...common, owners: targets, warmupsMax: warmupReplicasMax, endOffsets },
  });
  const standbys = assignStandbys({
    ...{ ...common, tasks: state.tasks.map(({ id }) => id), owners, warmUps, replicas: standbyReplicas },
  });
  return { owners, isWaiting, standbysOf: letGoOf(standbys, state) };
}

/** Of the standby tasks of each member, those that nobody else of its instance runs still: the two would write the same state. */
function letGoOf(
  standbys: ReadonlyMap<string, readonly string[]>,
  { tasks, members, holders }: Pick<StateOfGroup, 'tasks' | 'members' | 'holders'>,
): ReadonlyMap<string, readonly AssignedTask[]> {
  return new Map(
    members.map(({ memberId, instance }) => {
      const others = members.filter((other) => other.instance === instance && other.memberId !== memberId);
      const mine = new Set(standbys.get(memberId));
      const isRunning = (id: string): boolean => others.some((other) => holders.get(id)?.has(other.memberId));
      return [memberId, tasks.filter(({ id }) => mine.has(id) && !isRunning(id))];
    }),
  );
}

/** By member, the tasks of which it has all partitions and nobody else has one. */
export function heldTasks(
  tasks: readonly AssignedTask[],
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly AssignedTask[]> {
  const holders = holdersOf(tasks, members);
  const owned = new Set(members.flatMap(({ ownedPartitions }) => ownedPartitions.map(nameOf)));
  const whole = tasks.filter(({ inputs }) => inputs.every((input) => owned.has(nameOf(input))));
  return new Map(
    members.map(({ memberId }) => [
      memberId,
      whole.filter(({ id }) => [...(holders.get(id) ?? [])].every((holder) => holder === memberId)),
    ]),
  );
}

/** By task, the members that have partitions of it. Of two that claim one, it is the one with the later generation. */
function holdersOf(
  tasks: readonly AssignedTask[],
  members: readonly GroupMember[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const claims = new Map<string, GroupMember>();
  for (const member of members) {
    for (const partition of member.ownedPartitions) {
      const rival = claims.get(nameOf(partition));
      if (rival === undefined || rival.generationId < member.generationId)
        claims.set(nameOf(partition), member);
    }
  }
  return new Map(
    tasks.map(({ id, inputs }) => {
      const found = inputs.map((input) => claims.get(nameOf(input))?.memberId);
      return [id, new Set(found.filter((memberId) => memberId !== undefined))];
    }),
  );
}

/** Of tasks that one member has, that member, where its state is within the acceptable lag. */
function caughtUp(
  holders: ReadonlyMap<string, ReadonlySet<string>>,
  tasks: readonly AssignedTask[],
  {
    members,
    lags,
    acceptableRecoveryLag,
  }: Pick<Leader, 'acceptableRecoveryLag'> & {
    readonly members: readonly GroupMember[];
    readonly lags: TaskLags;
  },
): ReadonlyMap<string, string> {
  const processOf = new Map(members.map(({ memberId, processId }) => [memberId, processId]));
  const runningOn = new Map<string, string>();
  for (const { id } of tasks) {
    const [holder, other] = holders.get(id) ?? [];
    if (holder === undefined || other !== undefined) continue;
    const lag = lags.get(id)?.get(processOf.get(holder) ?? '') ?? 0;
    if (lag <= acceptableRecoveryLag) runningOn.set(id, holder);
  }
  return runningOn;
}

/** Tasks of sub-topologies that the leader does not have, where they read nothing that is read already. */
function foreignTasks(
  shape: TopologyShape,
  members: readonly GroupMember[],
  metadata: AssignmentMetadata,
): readonly AssignedTask[] {
  const taken = new Set(Object.values(shape).flatMap(({ reads }) => reads));
  const found: AssignedTask[] = [];
  for (const member of [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))) {
    for (const [subtopology, { reads, stores }] of Object.entries(member.shape ?? {})) {
      if (reads.some((topic) => taken.has(topic))) continue;
      for (const topic of reads) taken.add(topic);
      const counts = reads.map((topic) => metadata.partitionCount(topic) ?? 0);
      for (let partition = 0; partition < Math.max(0, ...counts); partition++) {
        const inputs = reads.filter((_, i) => partition < (counts[i] ?? 0));
        const taskId = `${subtopology}_${partition}`;
        found.push({
          id: `${reads.join()}/${taskId}`,
          taskId,
          subtopology,
          inputs: inputs.map((topic) => ({ topic, partition })),
          reads,
          isStateful: stores.length > 0,
          // What of its stores is logged, only they know.
          changelogs: [],
        });
      }
    }
  }
  return found;
}

function eligibility(
  tasks: readonly AssignedTask[],
  members: readonly GroupMember[],
): (memberId: string, id: string) => boolean {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const shapes = new Map(members.map(({ memberId, shape }) => [memberId, shape]));
  return (memberId, id) => {
    const shape = shapes.get(memberId);
    const task = byId.get(id);
    return shape === undefined || task === undefined || hasSubtopology(shape, task.subtopology, task.reads);
  };
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
