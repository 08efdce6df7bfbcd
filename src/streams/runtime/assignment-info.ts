import { BytesReader } from '../../base/bytes-reader.ts';
import { BytesWriter } from '../../base/bytes-writer.ts';
import type { TopicPartition } from '../../client/types.ts';
import type { HostPartitions } from './state-locations.ts';
import { ASSIGNMENT_VERSION_MAX, ASSIGNMENT_VERSION_MIN, unlessMalformed } from './subscription-info.ts';
import { parseTaskId, taskIdOf } from './task-id.ts';

/** What members and leader tell each other has gone wrong, by the names of Kafka Streams' AssignorError. */
export const AssignorError = {
  NONE: 0,
  INCOMPLETE_SOURCE_TOPIC_METADATA: 1,
  VERSION_PROBING: 2,
  ASSIGNMENT_ERROR: 3,
  SHUTDOWN_REQUESTED: 4,
} as const;

/** In place of a time: no rebalance is scheduled. */
const NO_REBALANCE_SCHEDULED = 2n ** 63n - 1n;
/** From here on a task's id ends with the name of a topology, of which Kafka Streams has no more than the place left. */
const NAMED_TOPOLOGY_FROM = 10;

/** What the leader tells a member, in the user data of its assignment (AssignmentInfo of Kafka Streams). */
export interface AssignmentInfo {
  readonly version: number;
  /** The newest version that all members know. */
  readonly commonlySupportedVersion: number;
  /** Of each partition of the assignment, sorted by topic and partition, the task. */
  readonly activeTasks: readonly string[];
  readonly standbyTasks: ReadonlyMap<string, readonly TopicPartition[]>;
  readonly partitionsByHost: readonly HostPartitions[];
  readonly standbyPartitionsByHost: readonly HostPartitions[];
  /** One of {@link AssignorError}. */
  readonly errorCode: number;
  /** When the member is to ask for a rebalance, in milliseconds since the epoch; undefined: it is not. */
  readonly nextRebalanceMs: number | undefined;
  /** What follows: see `SubscriptionInfo.extension`. */
  readonly extension: Buffer;
}

/** @param info.version at least {@link ASSIGNMENT_VERSION_MIN}: all from there on are laid out alike. */
export function encodeAssignmentInfo(info: AssignmentInfo): Buffer {
  const writer = new BytesWriter(256);
  writer.int32(info.version);
  writer.int32(info.commonlySupportedVersion);
  writer.int32(info.activeTasks.length);
  for (const task of info.activeTasks) writeTask(writer, task, info.version);
  writer.int32(info.standbyTasks.size);
  for (const [task, partitions] of info.standbyTasks) {
    writeTask(writer, task, info.version);
    writer.int32(partitions.length);
    for (const { topic, partition } of partitions) {
      writer.string(topic);
      writer.int32(partition);
    }
  }
  const hosts = [...info.partitionsByHost, ...info.standbyPartitionsByHost];
  const topics = [...new Set(hosts.flatMap(({ partitions }) => partitions.map(({ topic }) => topic)))];
  writer.int32(topics.length);
  for (const [index, topic] of topics.entries()) {
    writer.int32(index);
    writer.string(topic);
  }
  const indexes = new Map(topics.map((topic, index) => [topic, index]));
  writeHosts(writer, info.partitionsByHost, indexes);
  writeHosts(writer, info.standbyPartitionsByHost, indexes);
  writer.int32(info.errorCode);
  writer.int64(info.nextRebalanceMs ?? NO_REBALANCE_SCHEDULED);
  writer.raw(info.extension);
  return writer.finishBuffer();
}

/** Undefined for bytes of a version that is not known, and for what is no assignment. */
export function decodeAssignmentInfo(bytes: Buffer | null | undefined): AssignmentInfo | undefined {
  if (!bytes || bytes.length < 4) return undefined;
  const version = bytes.readInt32BE();
  if (version < ASSIGNMENT_VERSION_MIN || version > ASSIGNMENT_VERSION_MAX) return undefined;
  return unlessMalformed(() => decodeKnown(bytes, version));
}

function decodeKnown(bytes: Buffer, version: number): AssignmentInfo {
  const reader = new BytesReader(bytes, 4);
  const commonlySupportedVersion = reader.int32();
  const activeTasks = readArray(reader, 8, () => readTask(reader, version));
  const standbyTasks = new Map(
    readArray(reader, 12, () => {
      const task = readTask(reader, version);
      const partitions = readArray(reader, 6, () => ({ topic: reader.string(), partition: reader.int32() }));
      return [task, partitions] as const;
    }),
  );
  const topics = new Map(readArray(reader, 6, () => [reader.int32(), reader.string()] as const));
  const partitionsByHost = readHosts(reader, topics);
  const standbyPartitionsByHost = readHosts(reader, topics);
  const errorCode = reader.int32();
  const nextRebalanceMs = reader.int64();
  return {
    version,
    commonlySupportedVersion,
    activeTasks,
    standbyTasks,
    partitionsByHost,
    standbyPartitionsByHost,
    errorCode,
    nextRebalanceMs: nextRebalanceMs > Number.MAX_SAFE_INTEGER ? undefined : nextRebalanceMs,
    extension: bytes.subarray(reader.position),
  };
}

function writeTask(writer: BytesWriter, id: string, version: number): void {
  const { subtopology, partition } = parseTaskId(id) ?? { subtopology: -1, partition: -1 };
  writer.int32(subtopology);
  writer.int32(partition);
  if (version >= NAMED_TOPOLOGY_FROM) writer.int32(0);
}

function readTask(reader: BytesReader, version: number): string {
  const id = taskIdOf({ subtopology: reader.int32(), partition: reader.int32() });
  // UTF-16, two bytes a character.
  if (version >= NAMED_TOPOLOGY_FROM) reader.take(reader.int32() * 2);
  return id;
}

function writeHosts(
  writer: BytesWriter,
  hosts: readonly HostPartitions[],
  topics: ReadonlyMap<string, number>,
): void {
  writer.int32(hosts.length);
  for (const { host, port, partitions } of hosts) {
    writer.string(host);
    writer.int32(port);
    writer.int32(partitions.length);
    for (const { topic, partition } of partitions) {
      writer.int32(topics.get(topic) ?? -1);
      writer.int32(partition);
    }
  }
}

function readHosts(reader: BytesReader, topics: ReadonlyMap<number, string>): readonly HostPartitions[] {
  return readArray(reader, 10, () => ({
    host: reader.string(),
    port: reader.int32(),
    partitions: readArray(reader, 8, () => ({
      topic: topics.get(reader.int32()) ?? '',
      partition: reader.int32(),
    })),
  }));
}

function readArray<T>(reader: BytesReader, elementBytesMin: number, read: () => T): readonly T[] {
  return Array.from({ length: Math.max(0, reader.arrayLength(elementBytesMin)) }, read);
}
