import { BytesReader } from '../../base/bytes-reader.ts';
import { BytesWriter } from '../../base/bytes-writer.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { decodeFrom, encodeInto } from '../../protocol/codec.ts';
import { subscriptionInfoData } from '../../protocol/records-schemas/streams-subscription.ts';
import { parseTaskId, taskIdOf } from './task-id.ts';

/** The newest version of what members of a `stream` group tell each other: Kafka Streams 3.2 and later (KIP-708). */
export const ASSIGNMENT_VERSION_MAX = 11;
/** From here on members tell how far their state is (KIP-441): Kafka Streams 2.6. */
export const ASSIGNMENT_VERSION_MIN = 7;

/** Both versions come first, in all that there will be. */
const VERSIONS_BYTES = 8;

/** In place of a sum of offsets: the task runs there, and lacks nothing. */
export const LATEST_OFFSET = -2;
/** What a member tells of itself when it joins, in the user data of its subscription (SubscriptionInfo of Kafka Streams). */
export interface SubscriptionInfo {
  /** The version that these data are in. */
  readonly version: number;
  readonly latestSupportedVersion: number;
  /** Of the process, which several members may belong to: 22 characters of base64url. */
  readonly processId: string;
  /** `host:port` where the state of the process can be asked for; empty if nowhere. */
  readonly userEndPoint: string;
  /** By task that runs there or has state there: the sum of the offsets that its state contains of its changelogs. */
  readonly taskOffsetSums: ReadonlyMap<string, number>;
  /** Differs from join to join, so that the coordinator sees that something has changed. */
  readonly uniqueField: number;
  /** An error that the member has met: see `AssignorError`. */
  readonly errorCode: number;
  /** KIP-708. */
  readonly clientTags: ReadonlyMap<string, string>;
  /** What follows: members of Millrace tell more of themselves there, which those of Kafka Streams do not read. */
  readonly extension: Buffer;
}

export function encodeSubscriptionInfo(info: SubscriptionInfo): Buffer {
  const { version, latestSupportedVersion, processId, userEndPoint, uniqueField, errorCode } = info;
  const writer = new BytesWriter(256);
  encodeInto(writer, subscriptionInfoData, version, {
    version,
    latestSupportedVersion,
    processId,
    userEndPoint: Buffer.from(userEndPoint),
    taskOffsetSums: offsetSumsIn(version, info.taskOffsetSums),
    uniqueField,
    ...(version >= 9 ? { errorCode } : {}),
    ...(version >= 11
      ? {
          clientTags: [...info.clientTags].map(([key, value]) => ({
            key: Buffer.from(key),
            value: Buffer.from(value),
          })),
        }
      : {}),
  });
  writer.raw(info.extension);
  return writer.finishBuffer();
}

/**
 * Of a version that is newer than {@link ASSIGNMENT_VERSION_MAX} only the versions are read; undefined for bytes of a
 * version that is older than {@link ASSIGNMENT_VERSION_MIN}, and for what is no subscription.
 */
export function decodeSubscriptionInfo(bytes: Buffer | null): SubscriptionInfo | undefined {
  if (bytes === null || bytes.length < VERSIONS_BYTES) return undefined;
  const version = bytes.readInt32BE();
  const latestSupportedVersion = bytes.readInt32BE(4);
  if (version < ASSIGNMENT_VERSION_MIN) return undefined;
  if (version > ASSIGNMENT_VERSION_MAX) return { ...NOTHING, version, latestSupportedVersion };
  return unlessMalformed(() => decodeKnown(bytes, version));
}

function decodeKnown(bytes: Buffer, version: number): SubscriptionInfo {
  const reader = new BytesReader(bytes);
  const data = decodeFrom(subscriptionInfoData, version, reader);
  const taskOffsetSums = new Map<string, number>();
  for (const {
    topicGroupId: subtopology,
    partition,
    offsetSum,
    partitionToOffsetSum,
  } of data.taskOffsetSums) {
    if (version >= 10) taskOffsetSums.set(taskIdOf({ subtopology, partition }), offsetSum);
    for (const each of partitionToOffsetSum)
      taskOffsetSums.set(taskIdOf({ subtopology, partition: each.partition }), each.offsetSum);
  }
  return {
    version,
    latestSupportedVersion: data.latestSupportedVersion,
    processId: data.processId,
    userEndPoint: data.userEndPoint.toString(),
    taskOffsetSums,
    uniqueField: data.uniqueField,
    errorCode: data.errorCode,
    clientTags: new Map(data.clientTags.map(({ key, value }) => [key.toString(), value.toString()])),
    extension: bytes.subarray(reader.position),
  };
}

/** Undefined where the bytes end too early, or say what cannot be. */
export function unlessMalformed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

const NOTHING: Omit<SubscriptionInfo, 'version' | 'latestSupportedVersion'> = {
  processId: '',
  userEndPoint: '',
  taskOffsetSums: new Map(),
  uniqueField: 0,
  errorCode: 0,
  clientTags: new Map(),
  extension: Buffer.alloc(0),
};

function offsetSumsIn(version: number, sums: ReadonlyMap<string, number>) {
  const entries = [...sums].flatMap(([id, offsetSum]) => {
    const task = parseTaskId(id);
    return task === undefined ? [] : [{ ...task, offsetSum }];
  });
  if (version >= 10) {
    return entries.map(({ subtopology, partition, offsetSum }) => ({
      topicGroupId: subtopology,
      partition,
      offsetSum,
      namedTopology: null,
    }));
  }
  return [...new Set(entries.map(({ subtopology }) => subtopology))].map((topicGroupId) => ({
    topicGroupId,
    partitionToOffsetSum: entries
      .filter(({ subtopology }) => subtopology === topicGroupId)
      .map(({ partition, offsetSum }) => ({ partition, offsetSum })),
  }));
}
