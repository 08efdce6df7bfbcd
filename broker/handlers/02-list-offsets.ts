import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import type { TimestampedOffset } from '../log/read-result.ts';
import type { Lookup } from '../log/timestamp-lookup.ts';
import type { Partition } from '../replication/partition.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapPartitionsInSlices } from './map-in-slices.ts';

type Request = RequestOf<typeof listOffsets>;
type Response = ResponseInput<typeof listOffsets>;
type PartitionRequest = Request['topics'][number]['partitions'][number];
type PartitionResponse = NonNullable<NonNullable<Response['topics']>[number]['partitions']>[number];

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const READ_COMMITTED = 1;
const LEADER_EPOCH_VERSION_MIN = 4;
/** The debugging consumer sees what a follower sees. */
const DEBUGGING_REPLICA = -2;

/** The first version that knows a special timestamp. */
const SPECIAL_VERSION_MIN: Readonly<Record<number, number>> = {
  [MAX_TIMESTAMP]: 7,
  [EARLIEST_LOCAL]: 8,
  [LATEST_TIERED]: 9,
  [EARLIEST_PENDING_UPLOAD]: 11,
};

/**
 * ListOffsets (key 2, v1-11): offsets by time, and the ends of partitions.
 *
 * - -1 latest: the high watermark, the last stable offset with read_committed, the log end for replicas.
 * - -2 earliest; -3 (v7+) of the largest timestamp; -4 (v8+) earliest local, the same as -2 without tiered storage;
 *   -5 (v9+) latest tiered and -6 (v11+) earliest not yet uploaded: none.
 * - A timestamp: the first record at or after it, offset -1 when there is none.
 * - What is looked up by time is before the end that -1 tells: neither what is not committed nor what is in an open transaction
 *   (read_committed) is told, -3 included.
 * - After an election, until the high watermark has reached the leader's epoch: OFFSET_NOT_AVAILABLE
 *   (LEADER_NOT_AVAILABLE before v5) for what depends on it.
 */
export function listOffsetsHandler(services: BrokerServices): RequestHandler<typeof listOffsets> {
  return {
    api: listOffsets,
    inTurn: true,
    async answer(request, context) {
      const seen = new Set<string>();
      const duplicates = new Set<string>();
      for (const { name, partitions } of request.topics) {
        for (const { partitionIndex } of partitions) {
          const key = `${name}:${partitionIndex}`;
          if (seen.has(key)) duplicates.add(key);
          seen.add(key);
        }
      }
      const topics = await mapPartitionsInSlices(request.topics, services.environment, {
        of: ({ partitions }) => distinct(partitions),
        map: (asked, { name }) => {
          if (duplicates.has(`${name}:${asked.partitionIndex}`))
            return failed(asked, ErrorCode.INVALID_REQUEST);
          const found = answerPartition(services, name, asked, request, context);
          // One that fails before all have begun is nobody's loss: it is awaited below.
          if (found instanceof Promise) found.catch(() => undefined);
          return found;
        },
      });
      return whenFound(topics.map(({ topic: { name }, partitions }) => ({ name, partitions })));
    },
    failure: (request, errorCode) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((asked) => failed(asked, errorCode)),
      })),
    }),
  };
}

/** Waits for what has to be looked up beside the event loop, if there is any. */
function whenFound(
  topics: readonly {
    readonly name: string;
    readonly partitions: readonly (PartitionResponse | Promise<PartitionResponse>)[];
  }[],
): Response | Promise<Response> {
  const isReady = topics.every(({ partitions }) =>
    partitions.every((partition) => !(partition instanceof Promise)),
  );
  if (isReady) return { topics } as Response;
  return Promise.all(
    topics.map(async ({ name, partitions }) => ({ name, partitions: await allOf(partitions) })),
  ).then((found) => ({ topics: found }));
}

function allOf(
  partitions: readonly (PartitionResponse | Promise<PartitionResponse>)[],
): Promise<PartitionResponse[]> {
  return Promise.all(partitions.map((partition) => Promise.resolve(partition)));
}

/** What is asked twice is refused once. */
function distinct(partitions: readonly PartitionRequest[]): readonly PartitionRequest[] {
  return [...new Map(partitions.map((asked) => [asked.partitionIndex, asked])).values()];
}

function failed({ partitionIndex }: PartitionRequest, errorCode: number): PartitionResponse {
  return { partitionIndex, errorCode, timestamp: -1, offset: -1 };
}

function answerPartition(
  services: BrokerServices,
  topic: string,
  asked: PartitionRequest,
  request: Request,
  context: RequestContext,
): PartitionResponse | Promise<PartitionResponse> {
  if (
    context.apiVersion < (SPECIAL_VERSION_MIN[asked.timestamp] ?? 0) ||
    asked.timestamp < EARLIEST_PENDING_UPLOAD
  ) {
    return failed(asked, ErrorCode.UNSUPPORTED_VERSION);
  }
  const partition = services.replicaManager.get(topic, asked.partitionIndex);
  if (partition === undefined) return failed(asked, absentReplica(services, topic, asked.partitionIndex));
  const fenced = partition.checkLeaderEpoch(asked.currentLeaderEpoch);
  if (fenced !== ErrorCode.NONE) return failed(asked, fenced);
  const end = visibleEnd(partition, request);
  const settled = isHighWatermarkSettled(partition) || request.replicaId !== -1;
  if (!settled && asked.timestamp !== EARLIEST && asked.timestamp !== EARLIEST_LOCAL) {
    const tooOld = context.apiVersion < 5;
    return failed(asked, tooOld ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.OFFSET_NOT_AVAILABLE);
  }
  const result = lookUp(partition, asked.timestamp, end);
  return result instanceof Promise
    ? result.then((late) => partitionResponse(asked, late, context))
    : partitionResponse(asked, result, context);
}

function partitionResponse(
  asked: PartitionRequest,
  result: Lookup,
  context: RequestContext,
): PartitionResponse {
  if (typeof result === 'number') return failed(asked, result);
  const { offset, timestamp, leaderEpoch } = result ?? NOT_FOUND;
  const found = { partitionIndex: asked.partitionIndex, errorCode: ErrorCode.NONE, offset, timestamp };
  return context.apiVersion < LEADER_EPOCH_VERSION_MIN ? found : { ...found, leaderEpoch };
}

const NOT_FOUND: TimestampedOffset = { offset: -1, timestamp: -1, leaderEpoch: -1 };

function lookUp(partition: Partition, timestamp: number, end: number): Lookup | Promise<Lookup> {
  const { log, leaderEpoch } = partition;
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1, leaderEpoch };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return {
        offset: log.logStartOffset,
        timestamp: -1,
        leaderEpoch: epochAt(partition, log.logStartOffset),
      };
    case MAX_TIMESTAMP:
      return log.offsetOfMaxTimestamp(end);
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return null;
    default:
      return log.offsetForTimestamp(timestamp, end);
  }
}

/** The leader epoch that wrote the first record, or -1 in an empty log. */
function epochAt(partition: Partition, offset: number): number {
  const { epoch, endOffset } = partition.log.endOffsetForEpoch(0);
  if (offset >= partition.log.logEndOffset) return partition.leaderEpoch;
  return endOffset > offset ? epoch : -1;
}

function visibleEnd({ log }: Partition, request: Request): number {
  if (request.replicaId >= 0 || request.replicaId === DEBUGGING_REPLICA) return log.logEndOffset;
  return request.isolationLevel === READ_COMMITTED ? log.lastStableOffset : log.highWatermark;
}

/** A new leader may not know how far its predecessor had committed until its followers have fetched from it. */
function isHighWatermarkSettled(partition: Partition): boolean {
  return partition.log.highWatermark >= (partition.leader?.epochStartOffset ?? 0);
}
