import { OperationalError } from '../../src/base/errors.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';
import { foreign } from './checkpoint-file.ts';

/** The topic of the Raft log. Its folder lies among those of the partitions, and is the broker's own. */
export const METADATA_TOPIC = '__cluster_metadata';

/** A deleted partition's folder, until it is removed. */
export const DELETE_SUFFIX = '-delete';
/** The folder of a partition that the cluster's metadata does not know: kept for ever, never opened. */
export const STRAY_SUFFIX = '-stray';

/** Of a name in all common file systems. */
const NAME_BYTES_MAX = 255;
const TOPIC_BYTES_MAX = 249;
const PARTITION_MAX = 2 ** 31 - 1;

/** Names of folders that are out of the way, as Kafka makes them: `<topic>-<partition>.<32 hex digits>-<suffix>`. */
const ASIDE = /\.[\da-f]{32}-(delete|stray)$/;

export function partitionDirectoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/**
 * Whether a topic's folders would lie over a folder of the broker's own. Some file systems take upper and lower case for
 * one.
 */
export function isReservedTopic(topic: string): boolean {
  return topic.toLowerCase() === METADATA_TOPIC;
}

/** No partition's folder ever lies over one of the broker's own. */
export function refuseReserved({ topic, partition }: TopicPartition): void {
  if (!isReservedTopic(topic)) return;
  throw new OperationalError(
    'RESERVED_NAME',
    `${topic}-${partition} cannot be a partition: the broker keeps its own metadata under that name`,
    { retriable: false },
  );
}

/**
 * The topic and partition that a folder's name (`topic-3`) means, or undefined where it is not exactly the name that the
 * broker gives to a partition's folder.
 */
export function parseDirectoryName(name: string): TopicPartition | undefined {
  const match = /^([\w.-]+)-(0|[1-9]\d{0,9})$/.exec(name);
  const [, topic = '', digits = ''] = match ?? [];
  const partition = Number(digits);
  if (match === null || topic.length > TOPIC_BYTES_MAX || partition > PARTITION_MAX) return undefined;
  return { topic, partition };
}

/** As {@link parseDirectoryName}, of a path. @throws {OperationalError} `FOREIGN_DATA`. */
export function parsePartitionDirectory(path: string): TopicPartition {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const parsed = parseDirectoryName(name);
  if (parsed === undefined) throw foreign(path, `"${name}" is not the name of a topic and a partition`);
  return parsed;
}

/**
 * The name that gets a partition's folder out of the way. As in Kafka, the random part lets a topic of that name be made and
 * deleted again at once, and a topic whose name is too long for what is added to it loses its end.
 */
export function asideDirectoryName(
  { topic, partition }: TopicPartition,
  suffix: typeof DELETE_SUFFIX | typeof STRAY_SUFFIX,
  random: Uint8Array,
): string {
  const added = `-${partition}.${Buffer.from(random).toString('hex')}${suffix}`;
  return topic.slice(0, NAME_BYTES_MAX - added.length) + added;
}

/** What a folder that is out of the way is; undefined for any other name. */
export function asideKindOf(name: string): 'delete' | 'stray' | undefined {
  return ASIDE.exec(name)?.[1] as 'delete' | 'stray' | undefined;
}
