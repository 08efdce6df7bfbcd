import { foreign } from './checkpoint-file.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export function partitionDirectoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** The topic and partition that a folder's name (`topic-3`) means, or undefined. */
export function parseDirectoryName(name: string): TopicPartition | undefined {
  const match = /^([\w.-]+)-(\d+)$/.exec(name);
  return match === null ? undefined : { topic: match[1] ?? '', partition: Number(match[2]) };
}

/** As {@link parseDirectoryName}, of a path. @throws {OperationalError} `FOREIGN_DATA`. */
export function parsePartitionDirectory(path: string): TopicPartition {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const parsed = parseDirectoryName(name);
  if (parsed === undefined) throw foreign(path, `"${name}" is not the name of a topic and a partition`);
  return parsed;
}
