import type { ConsumerAssignor, MemberAssignment, MemberSubscription } from '../../client/types.ts';
import type { TaskPlan } from './topic-plan.ts';

/**
 * Shares out whole tasks, so that all partitions of a task land on one member. A task stays with a member that ran it
 * before, or has its state, as long as that keeps the load even. Members tell their tasks in the user data.
 */
export function taskAssignor(options: {
  readonly tasks: readonly TaskPlan[];
  /** Tasks of this member: running, or with state on its disk. */
  readonly localTasks: () => readonly string[];
  /** This member asks all others to end (SHUTDOWN_APPLICATION). */
  readonly asksToEnd?: boolean;
  /** Called when some member has asked all others to end. */
  readonly onAskedToEnd?: () => void;
}): ConsumerAssignor {
  const { tasks, localTasks, asksToEnd = false, onAskedToEnd } = options;
  return {
    name: 'millrace-streams',
    supportedProtocols: ['eager'],
    subscriptionUserData: () =>
      Buffer.from(JSON.stringify({ version: 1, tasks: localTasks(), ...(asksToEnd ? { end: true } : {}) })),
    assign(_metadata, subscriptions) {
      if (subscriptions.some(({ userData }) => told(userData).end === true)) {
        const userData = Buffer.from(JSON.stringify({ version: 1, end: true }));
        return new Map(subscriptions.map(({ memberId }) => [memberId, { partitions: [], userData }]));
      }
      const owners = assignTasks(
        tasks.map(({ id }) => id),
        new Map(subscriptions.map((each) => [each.memberId, tasksOf(each)])),
      );
      return new Map<string, MemberAssignment>(
        subscriptions.map(({ memberId }) => [
          memberId,
          {
            partitions: tasks.filter(({ id }) => owners.get(id) === memberId).flatMap(({ inputs }) => inputs),
          },
        ]),
      );
    },
    onAssignment({ userData }) {
      if (told(userData).end === true) onAskedToEnd?.();
    },
  };
}

/** Answers the owner of each task. Members are served in the order of their ids, so that all leaders would agree. */
export function assignTasks(
  tasks: readonly string[],
  members: ReadonlyMap<string, readonly string[]>,
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
      if (!tasks.includes(task) || owners.has(task)) continue;
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
    const member = ids.reduce((a, b) => ((load.get(b) ?? 0) < (load.get(a) ?? 0) ? b : a));
    take(task, member);
  }
  return owners;
}

function tasksOf({ userData }: MemberSubscription): readonly string[] {
  const { tasks } = told(userData);
  return Array.isArray(tasks) ? tasks.filter((task): task is string => typeof task === 'string') : [];
}

/** What a member, or the leader, tells in the user data. */
function told(userData: Buffer | null | undefined): { readonly tasks?: unknown; readonly end?: unknown } {
  if (!userData) return {};
  try {
    const content: unknown = JSON.parse(userData.toString('utf8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    // Foreign bytes: a member of another version. It is treated as new.
    return {};
  }
}
