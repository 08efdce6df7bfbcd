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

/**
 * How far the state of tasks is behind their changelogs, from the sums of offsets that members have told. Where the ends of
 * the changelogs cannot be had, whoever is furthest counts as complete.
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
      return [id, new Map([...told].map(([processId, sum]) => [processId, lagOf(sum, end)]))];
    }),
  );
}

/** Less than nothing is known of it, or more than there is: its state is worth nothing (Kafka Streams counts all of it). */
function lagOf(sum: number, end: number): number {
  if (sum === LATEST_OFFSET) return 0;
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
