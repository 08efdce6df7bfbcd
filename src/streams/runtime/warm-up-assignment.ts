import type { PartitionOffset, TopicPartition } from '../../client/types.ts';
import type { MemberOfInstance } from './task-assignment.ts';
import type { TaskLags } from './task-lags.ts';

interface MovableTask {
  readonly id: string;
  readonly changelogs: readonly TopicPartition[];
}

interface WarmUpInput {
  /** Those that have changelogs. */
  readonly tasks: readonly MovableTask[];
  readonly members: readonly MemberOfInstance[];
  /** By task, who is to run it in the end. */
  readonly owners: ReadonlyMap<string, string>;
  /** By task, who runs it now. */
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  /** See `assignTasks`. */
  readonly lags: TaskLags;
  readonly acceptableRecoveryLag: number;
  /** `max.warmup.replicas` */
  readonly warmupsMax: number;
  readonly mayRun: (memberId: string, taskId: string) => boolean;
  /** Undefined where they cannot be had in time. */
  readonly endOffsets: (
    partitions: readonly TopicPartition[],
  ) => Promise<readonly PartitionOffset[] | undefined>;
}

interface WarmUpAssignment {
  /** By task, who runs it now. */
  readonly owners: ReadonlyMap<string, string>;
  /** By task, who is to bring its state up to date before it runs it. */
  readonly warmUps: ReadonlyMap<string, string>;
  /** Tasks run elsewhere than they are to: the group looks again later whether they can move. */
  readonly isWaiting: boolean;
}

/**
 * Leaves a task with a member that has its state, where the one that it is to move to has none that is within
 * `acceptable.recovery.lag`: that one warms up first, as a standby, and is given the task in a probing rebalance (KIP-441). No more
 * than `max.warmup.replicas` warm up at a time. A task whose state nobody has, or whose state is small, moves at once.
 */
export async function withWarmUps(input: WarmUpInput): Promise<WarmUpAssignment> {
  const { tasks, members, lags, acceptableRecoveryLag, warmupsMax, mayRun } = input;
  const owners = new Map(input.owners);
  const byId = new Map(members.map((member) => [member.memberId, member]));
  const lagOf = (task: string, { processId }: MemberOfInstance): number | undefined =>
    lags.get(task)?.get(processId);
  const isWarm = (task: string, member: MemberOfInstance): boolean =>
    (lagOf(task, member) ?? Number.POSITIVE_INFINITY) <= acceptableRecoveryLag;
  const moving = tasks.flatMap((task) => {
    const target = byId.get(owners.get(task.id) ?? '');
    if (target === undefined || isWarm(task.id, target)) return [];
    const warm = members.filter((member) => isWarm(task.id, member) && mayRun(member.memberId, task.id));
    return warm.length === 0 ? [] : [{ task, target, warm }];
  });
  const sizes = await sizesOf(
    moving.filter(({ task, target }) => lagOf(task.id, target) === undefined),
    input,
  );
  const warmUps = new Map<string, string>();
  let isWaiting = false;
  for (const { task, target, warm } of moving) {
    if ((sizes.get(task.id) ?? Number.POSITIVE_INFINITY) <= acceptableRecoveryLag) continue;
    owners.set(task.id, keeperOf(task.id, warm, { owners, holders: input.holders }));
    isWaiting = true;
    if (warmUps.size < warmupsMax) warmUps.set(task.id, target.memberId);
  }
  return { owners, warmUps, isWaiting };
}

/** How many records the changelogs of tasks have; 0 where that cannot be had: nothing is waited for then. */
async function sizesOf(
  moving: readonly { readonly task: MovableTask }[],
  { endOffsets }: Pick<WarmUpInput, 'endOffsets'>,
): Promise<ReadonlyMap<string, number>> {
  const partitions = moving.flatMap(({ task: { changelogs } }) => changelogs);
  const ends = partitions.length === 0 ? [] : await endOffsets(partitions);
  const endOf = new Map((ends ?? []).map((end) => [nameOf(end), end.offset]));
  return new Map(
    moving.map(({ task: { id, changelogs } }) => [
      id,
      changelogs.reduce((sum, changelog) => sum + (endOf.get(nameOf(changelog)) ?? 0), 0),
    ]),
  );
}

/** Of those that have the state, the one that runs the task, or else the one that has fewest to run. */
function keeperOf(
  task: string,
  warm: readonly MemberOfInstance[],
  { owners, holders }: Pick<WarmUpInput, 'owners' | 'holders'>,
): string {
  const running = warm.find(({ memberId }) => holders.get(task)?.has(memberId));
  if (running !== undefined) return running.memberId;
  const loads = new Map<string, number>();
  for (const memberId of owners.values()) loads.set(memberId, (loads.get(memberId) ?? 0) + 1);
  const sorted = warm
    .map(({ memberId }) => memberId)
    .sort((a, b) => (loads.get(a) ?? 0) - (loads.get(b) ?? 0) || (a < b ? -1 : 1));
  return sorted[0] ?? '';
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
