import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { DelayedFetch, type FetchItem, type FetchLimits } from '../replication/delayed-fetch.ts';
import { type FetchConclusion, fetchContext } from '../replication/fetch-context.ts';
import type { FetchedPartition } from '../replication/fetch-session.ts';
import type { PartitionRead, Reader } from '../replication/partition-read.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { CurrentLeaders } from './current-leader.ts';

type Request = RequestOf<typeof fetch>;
type Response = ResponseInput<typeof fetch>;
type TopicResponse = NonNullable<Response['responses']>[number];
type PartitionResponse = NonNullable<TopicResponse['partitions']>[number];

const TOPIC_ID_VERSION_MIN = 13;
const REPLICA_STATE_VERSION_MIN = 15;
const READ_COMMITTED = 1;
const LEADER_VERSIONS = { leaderMin: 12, endpointMin: 16 };

/**
 * Fetch (key 1, v4-18): reads batches for consumers and followers, as they lie in the log; waits for `minBytes` or
 * `maxWaitMs`.
 *
 * - Limits are soft: the first partition with data gives at least one batch, however large.
 * - Consumers see up to the high watermark, or with read_committed up to the last stable offset; followers the log end.
 * - v7+: incremental sessions (KIP-227): a request names what has changed since the one before, a response the partitions of
 *   which there is something to say.
 * - v12+: divergence is told by epoch (KIP-595). v13+: topics by id. v18+: a follower that does not know the high
 *   watermark is answered at once (KIP-1166).
 */
export function fetchHandler(services: BrokerServices): RequestHandler<typeof fetch> {
  return {
    api: fetch,
    inTurn: true,
    handle(request, context, reply) {
      const reader = readerOf(request, context);
      const fetched = fetchContext(services.fetchSessions, request, {
        isFollower: reader.replicaId >= 0,
        usesTopicIds: context.apiVersion >= TOPIC_ID_VERSION_MIN,
      });
      if (typeof fetched === 'number') {
        reply({ errorCode: fetched });
        return;
      }
      const names = topicNames(services, fetched.partitions, context);
      const items = fetched.partitions.map((partition, i) =>
        item(services, names[i] ?? '', partition, context),
      );
      const delayed = new DelayedFetch(
        items,
        reader,
        limitsOf(services, request),
        services.fetchRoom,
        context.guard((reads, memory) => {
          context.onSent(() => memory.release());
          const asked = { ...fetched, names, reader };
          reply(respond(services, asked, { reads, conclusion: fetched.conclude(reads), context }));
        }),
      );
      delayed.start(services.environment.timers);
      if (!delayed.done) context.onClosed(() => delayed.cancel());
    },
    failure: (request, errorCode) => ({
      errorCode,
      responses: request.topics.map(({ topic, topicId, partitions }) => ({
        topic,
        topicId,
        partitions: partitions.map(({ partition }) => ({
          partitionIndex: partition,
          errorCode,
          highWatermark: -1,
        })),
      })),
    }),
  };
}

function limitsOf({ config }: BrokerServices, { maxWaitMs, minBytes, maxBytes }: Request): FetchLimits {
  return {
    maxWaitMs,
    minBytes: Math.min(minBytes, maxBytes),
    maxBytes: Math.min(maxBytes, config.get('fetch.max.bytes')),
  };
}

function readerOf(request: Request, context: RequestContext): Reader {
  const readCommitted = request.isolationLevel === READ_COMMITTED;
  if (context.apiVersion < REPLICA_STATE_VERSION_MIN) {
    return { replicaId: request.replicaId, replicaEpoch: -1, readCommitted };
  }
  const { replicaId, replicaEpoch } = request.replicaState;
  return { replicaId, replicaEpoch, readCommitted };
}

/** The names of the partitions' topics, in order; empty where an id is unknown. */
function topicNames(
  services: BrokerServices,
  partitions: readonly FetchedPartition[],
  context: RequestContext,
): readonly string[] {
  if (context.apiVersion < TOPIC_ID_VERSION_MIN) return partitions.map(({ topic }) => topic);
  const { topicsById } = services.image;
  let last: FetchedPartition | undefined;
  let name = '';
  return partitions.map((partition) => {
    if (partition.topicId !== last?.topicId) name = topicsById.get(partition.topicId)?.name ?? '';
    last = partition;
    return name;
  });
}

function item(
  services: BrokerServices,
  topic: string,
  { partition: index, request }: FetchedPartition,
  context: RequestContext,
): FetchItem {
  const partition = services.replicaManager.get(topic, index) ?? null;
  return {
    partition,
    errorCode: partition === null ? absence(services, topic, index, context) : ErrorCode.NONE,
    fetch: {
      fetchOffset: request.fetchOffset,
      currentLeaderEpoch: request.currentLeaderEpoch,
      lastFetchedEpoch: request.lastFetchedEpoch,
      logStartOffset: request.logStartOffset,
      maxBytes: request.partitionMaxBytes,
      knownHighWatermark: request.highWatermark,
    },
  };
}

function absence(services: BrokerServices, topic: string, index: number, context: RequestContext): number {
  if (topic === '' && context.apiVersion >= TOPIC_ID_VERSION_MIN) return ErrorCode.UNKNOWN_TOPIC_ID;
  return absentReplica(services, topic, index);
}

interface Asked {
  readonly partitions: readonly FetchedPartition[];
  /** Of the partitions' topics. */
  readonly names: readonly string[];
  readonly reader: Reader;
}

/** Partitions of one topic that follow each other are one entry. */
function respond(
  services: BrokerServices,
  { partitions, names, reader }: Asked,
  {
    reads,
    conclusion: { errorCode, sessionId, told },
    context,
  }: {
    readonly reads: readonly PartitionRead[];
    readonly conclusion: FetchConclusion;
    readonly context: RequestContext;
  },
): Response {
  const leaders = new CurrentLeaders(services, context, LEADER_VERSIONS);
  const responses: TopicResponse[] = [];
  let entry: { topic: string; topicId: string; partitions: PartitionResponse[] } | undefined;
  let previous: FetchedPartition | undefined;
  let bytes = 0;
  partitions.forEach((asked, i) => {
    const name = names[i] ?? '';
    if (previous !== undefined && !isOfTopic(asked, previous)) {
      count(services, names[i - 1] ?? '', reader, bytes);
      bytes = 0;
    }
    previous = asked;
    const read = reads[i];
    bytes += read?.sizeInBytes ?? 0;
    if (told !== undefined && told[i] !== true) return;
    if (entry === undefined || !isOfTopic(asked, entry)) {
      entry = { topic: asked.topic, topicId: asked.topicId, partitions: [] };
      responses.push(entry);
    }
    const leader = leaders.of(read?.errorCode ?? 0, name, asked.partition);
    entry.partitions.push(partitionResponse(asked.partition, read, leader));
  });
  if (previous !== undefined) count(services, names.at(-1) ?? '', reader, bytes);
  return { errorCode, sessionId, responses, nodeEndpoints: leaders.nodeEndpoints };
}

interface TopicKey {
  readonly topic: string;
  readonly topicId: string;
}

function isOfTopic(a: TopicKey, b: TopicKey): boolean {
  return a.topicId === b.topicId && a.topic === b.topic;
}

function count(services: BrokerServices, topic: string, reader: Reader, bytes: number): void {
  if (topic === '') return;
  const metrics = services.metrics.topic(topic);
  metrics.totalFetchRequestsTotal++;
  if (reader.replicaId >= 0) metrics.replicationBytesOutTotal += bytes;
  else metrics.bytesOutTotal += bytes;
}

const NO_RECORDS: readonly Buffer[] = [];

function partitionResponse(
  partitionIndex: number,
  read: PartitionRead | undefined,
  currentLeader: { readonly leaderId: number; readonly leaderEpoch: number } | undefined,
): PartitionResponse {
  if (read === undefined) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_SERVER_ERROR };
  return {
    partitionIndex,
    errorCode: read.errorCode,
    highWatermark: read.highWatermark,
    lastStableOffset: read.lastStableOffset,
    logStartOffset: read.logStartOffset,
    abortedTransactions: read.abortedTransactions,
    records: read.errorCode === ErrorCode.NONE ? read.chunks : NO_RECORDS,
    ...(read.divergingEpoch === null ? {} : { divergingEpoch: read.divergingEpoch }),
    ...(currentLeader === undefined ? {} : { currentLeader }),
  };
}
