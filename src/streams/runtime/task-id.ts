/** The parts of a task's id, `<subtopology>_<partition>` (TaskId of Kafka Streams). */
interface TaskIdParts {
  readonly subtopology: number;
  readonly partition: number;
}

export const taskIdOf = ({ subtopology, partition }: TaskIdParts): string => `${subtopology}_${partition}`;

/** Undefined for a text that is no task id. */
export function parseTaskId(id: string): TaskIdParts | undefined {
  const parts = /^(\d+)_(\d+)$/.exec(id);
  return parts === null ? undefined : { subtopology: Number(parts[1]), partition: Number(parts[2]) };
}
