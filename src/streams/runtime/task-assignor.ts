import type {
  AssignmentMetadata,
  ConsumerAssignor,
  MemberAssignment,
  MemberSubscription,
} from '../../client/types.ts';
import { decodeMemberData, encodeMemberData, type MemberData } from './member-data.ts';
import type { TaskPlan } from './topic-plan.ts';
import { hasSubtopology, shapeDifferences, type TopologyShape } from './topology-shape.ts';

interface AssignorOptions {
  readonly tasks: readonly TaskPlan[];
  /** Of this member's topology. */
  readonly shape: TopologyShape;
  /** Tasks of this member: running, or with state on its disk. */
  readonly localTasks: () => readonly string[];
  /** This member asks all others to end (SHUTDOWN_APPLICATION). */
  readonly asksToEnd?: boolean;
  /** Called when some member has asked all others to end. */
  readonly onAskedToEnd?: () => void;
  /** Called with what differs where members of the group run different topologies. */
  readonly onDifferences?: (differences: readonly string[]) => void;
}

/** A task as the leader assigns it: only a member whose topology reads the same can run it. */
interface AssignedTask extends Pick<TaskPlan, 'id' | 'inputs'> {
  readonly subtopology: string;
  readonly reads: readonly string[];
}

/**
 * Shares out whole tasks, so that all partitions of a task land on one member. A task stays with a member that ran it
 * before, or has its state, as long as that keeps the load even. Members tell their tasks in the user data, and what their
 * topology reads, writes and keeps: two applications of one id, or two versions of one, are told of each other, and each
 * gets only tasks that it has.
 */
export function taskAssignor(options: AssignorOptions): ConsumerAssignor {
  const { tasks, shape, localTasks, asksToEnd = false, onAskedToEnd, onDifferences } = options;
  return {
    name: 'millrace-streams',
    supportedProtocols: ['eager'],
    subscriptionUserData: () => encodeMemberData({ tasks: localTasks(), shape, asksToEnd }),
    assign(metadata, subscriptions) {
      const members = new Map(
        subscriptions.map(({ memberId, userData }) => [memberId, decodeMemberData(userData)]),
      );
      if ([...members.values()].some((member) => member.asksToEnd)) return endAll(subscriptions);
      const all = [...ownTasks(tasks, shape), ...foreignTasks(shape, members, metadata)];
      const owners = assignTasks(
        all.map(({ id }) => id),
        new Map([...members].map(([memberId, member]) => [memberId, member.tasks])),
        eligibility(all, members),
      );
      const differences = [...members.values()].flatMap((member) =>
        member.shape === undefined ? [] : shapeDifferences({ one: shape, other: member.shape }),
      );
      const userData = encodeMemberData({ differences: [...new Set(differences)] });
      return new Map<string, MemberAssignment>(
        subscriptions.map(({ memberId }) => {
          const mine = all.filter(({ id }) => owners.get(id) === memberId);
          const partitions = mine.flatMap(({ inputs }) => inputs);
          return [memberId, differences.length === 0 ? { partitions } : { partitions, userData }];
        }),
      );
    },
    onAssignment({ userData }) {
      const told = decodeMemberData(userData);
      if (told.asksToEnd) onAskedToEnd?.();
      if (told.differences.length > 0) onDifferences?.(told.differences);
    },
  };
}

/**
 * Answers the owner of each task. Members are served in the order of their ids, so that all leaders would agree.
 * @param mayRun whether a member has the task in its topology; a task that nobody has is nobody's.
 */
export function assignTasks(
  tasks: readonly string[],
  members: ReadonlyMap<string, readonly string[]>,
  mayRun: (member: string, task: string) => boolean = () => true,
): ReadonlyMap<string, string> {
  const ids = [...members.keys()].sort();
  const owners = new Map<string, string>();
  const load = new Map(ids.map((id) => [id, 0]));
  const take = (task: string, member: string): void => {
    owners.set(task, member);
    load.set(member, (load.get(member) ?? 0) + 1);
  };
  const least = Math.floor(tasks.length / ids.length);
  let oneMore = tasks.length - least * ids.length;
  for (const member of ids) {
    for (const task of members.get(member) ?? []) {
      if (!tasks.includes(task) || owners.has(task) || !mayRun(member, task)) continue;
      const has = load.get(member) ?? 0;
      if (has < least) take(task, member);
      else if (has === least && oneMore > 0) {
        oneMore--;
        take(task, member);
      }
    }
  }
  for (const task of tasks) {
    if (owners.has(task)) continue;
    const able = ids.filter((member) => mayRun(member, task));
    if (able.length === 0) continue;
    const member = able.reduce((a, b) => ((load.get(b) ?? 0) < (load.get(a) ?? 0) ? b : a));
    take(task, member);
  }
  return owners;
}

function ownTasks(tasks: readonly TaskPlan[], shape: TopologyShape): readonly AssignedTask[] {
  return tasks.map(({ id, inputs, subtopology }) => {
    const name = String(subtopology.id);
    return { id, inputs, subtopology: name, reads: shape[name]?.reads ?? [] };
  });
}

/** Tasks of sub-topologies that the leader does not have, where they read nothing that is read already. */
function foreignTasks(
  shape: TopologyShape,
  members: ReadonlyMap<string, MemberData>,
  metadata: AssignmentMetadata,
): readonly AssignedTask[] {
  const taken = new Set(Object.values(shape).flatMap(({ reads }) => reads));
  const found: AssignedTask[] = [];
  for (const [, member] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const [subtopology, { reads }] of Object.entries(member.shape ?? {})) {
      if (reads.some((topic) => taken.has(topic))) continue;
      for (const topic of reads) taken.add(topic);
      const counts = reads.map((topic) => metadata.partitionCount(topic) ?? 0);
      for (let partition = 0; partition < Math.max(0, ...counts); partition++) {
        const inputs = reads.filter((_, i) => partition < (counts[i] ?? 0));
        found.push({
          id: `${reads.join()}/${subtopology}_${partition}`,
          inputs: inputs.map((topic) => ({ topic, partition })),
          subtopology,
          reads,
        });
      }
    }
  }
  return found;
}

function eligibility(
  tasks: readonly AssignedTask[],
  members: ReadonlyMap<string, MemberData>,
): (member: string, task: string) => boolean {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (member, id) => {
    const shape = members.get(member)?.shape;
    const task = byId.get(id);
    // Members of a version that does not say are taken to run the same.
    return shape === undefined || task === undefined || hasSubtopology(shape, task.subtopology, task.reads);
  };
}

function endAll(subscriptions: readonly MemberSubscription[]): ReadonlyMap<string, MemberAssignment> {
  const userData = encodeMemberData({ asksToEnd: true });
  return new Map(subscriptions.map(({ memberId }) => [memberId, { partitions: [], userData }]));
}
