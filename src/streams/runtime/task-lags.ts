import type { PartitionOffset, TopicPartition } from '../../client/types.ts';
import { LATEST_OFFSET } from './subscription-info.ts';

/** A task, with the topics that back up its stores. */
interface LaggingTask {
  readonly id: string;
  readonly taskId: string;
  readonly changelogs: readonly TopicPartition[];
}

/** What a member has told of its state. */
interface StateOfMember {
  readonly processId: string;
  /** By task id; see `SubscriptionInfo`. */
  readonly taskOffsetSums: ReadonlyMap<string, number>;
}

/** By task, then process: how many changelog records its state there lacks. */
export type TaskLags = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** No restoring makes up for what is lacked. */
const LACKS_ALL = Number.MAX_SAFE_INTEGER;

/**
 * How far the state of tasks is behind their changelogs, from the sums of offsets that members have told. Where the ends of
 * the changelogs cannot be had, whoever is furthest counts as complete. Where the furthest is beyond the end, a changelog was
 * deleted or has lost its end: that state is the only copy of rows (see `RestoreStart`), which no other process can restore.
 * Kafka Streams, where the threads of a process have their state together, takes it for none at all.
 */
export async function taskLags(
  tasks: readonly LaggingTask[],
  members: readonly StateOfMember[],
  endOffsets: (partitions: readonly TopicPartition[]) => Promise<readonly PartitionOffset[] | undefined>,
): Promise<TaskLags> {
  const sums = new Map(tasks.map((task) => [task.id, sumsByProcess(task.taskId, members)]));
  const open = tasks.filter(({ id }) =>
    [...(sums.get(id)?.values() ?? [])].some((sum) => sum !== LATEST_OFFSET),
  );
  const partitions = open.flatMap(({ changelogs }) => changelogs);
  const ends = partitions.length === 0 ? [] : await endOffsets(partitions);
  const endOf = new Map((ends ?? []).map((end) => [`${end.topic}-${end.partition}`, end.offset]));
  return new Map(
    tasks.map(({ id, changelogs }) => {
      const told = sums.get(id) ?? new Map<string, number>();
      const end =
        ends === undefined
          ? Math.max(0, ...told.values())
          : changelogs.reduce(
              (sum, { topic, partition }) => sum + (endOf.get(`${topic}-${partition}`) ?? 0),
              0,
            );
      const furthest = onlyCopyAt([...told.values()], end);
      return [id, new Map([...told].map(([processId, sum]) => [processId, lagOf(sum, { end, furthest })]))];
    }),
  );
}

/** How far the state is that is the only copy of rows; undefined: there is none, or somebody has all that the changelogs have. */
function onlyCopyAt(sums: readonly number[], end: number): number | undefined {
  const furthest = Math.max(...sums);
  const isRestorable = sums.includes(LATEST_OFFSET) || (end > 0 && sums.includes(end));
  return furthest > end && !isRestorable ? furthest : undefined;
}

/** Less than nothing is known of it, or more than there is: its state is worth nothing, unless it is the only copy. */
function lagOf(
  sum: number,
  { end, furthest }: { readonly end: number; readonly furthest: number | undefined },
): number {
  if (sum === LATEST_OFFSET) return 0;
  if (furthest !== undefined) return sum === furthest ? 0 : LACKS_ALL;
  return sum < 0 || sum > end ? end : end - sum;
}

/** The best that members of a process have told. */
function sumsByProcess(taskId: string, members: readonly StateOfMember[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { processId, taskOffsetSums } of members) {
    const told = taskOffsetSums.get(taskId);
    if (told === undefined) continue;
    const known = sums.get(processId);
    const isBetter =
      known === undefined || told === LATEST_OFFSET || (known !== LATEST_OFFSET && told > known);
    if (isBetter) sums.set(processId, told);
  }
  return sums;
}
