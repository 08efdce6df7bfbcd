import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { DelayedFetch, type FetchItem } from '../replication/delayed-fetch.ts';
import type { PartitionRead, Reader } from '../replication/partition-read.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { CurrentLeaders } from './current-leader.ts';

type Request = RequestOf<typeof fetch>;
type Response = ResponseInput<typeof fetch>;
type PartitionRequest = Request['topics'][number]['partitions'][number];
type PartitionResponse = NonNullable<NonNullable<Response['responses']>[number]['partitions']>[number];

const TOPIC_ID_VERSION_MIN = 13;
const REPLICA_STATE_VERSION_MIN = 15;
const READ_COMMITTED = 1;
/** The session epochs of full fetches: one that would open a session, one that closes it. */
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;
const LEADER_VERSIONS = { leaderMin: 12, endpointMin: 16 };

/**
 * Fetch (key 1, v4-18): reads batches for consumers and followers, as they lie in the log; waits for `minBytes` or
 * `maxWaitMs`.
 *
 * - Limits are soft: the first partition with data gives at least one batch, however large.
 * - Consumers see up to the high watermark, or with read_committed up to the last stable offset; followers the log end.
 * - v7+: no incremental sessions: the answer to a full fetch has session id 0, which tells clients to send full fetches;
 *   an incremental one is FETCH_SESSION_ID_NOT_FOUND (KIP-227).
 * - v12+: divergence is told by epoch (KIP-595). v13+: topics by id. v18+: a follower that does not know the high
 *   watermark is answered at once (KIP-1166).
 */
export function fetchHandler(services: BrokerServices): RequestHandler<typeof fetch> {
  return {
    api: fetch,
    inTurn: true,
    handle(request, context, reply) {
      if (request.sessionEpoch !== INITIAL_EPOCH && request.sessionEpoch !== FINAL_EPOCH) {
        reply({ errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND });
        return;
      }
      const reader = readerOf(request, context);
      const names = topicNames(services, request, context);
      const items = request.topics.flatMap((topic, i) =>
        topic.partitions.map((partition) => item(services, names[i] ?? '', partition, context)),
      );
      const limits = {
        maxWaitMs: request.maxWaitMs,
        minBytes: Math.min(request.minBytes, request.maxBytes),
        maxBytes: Math.min(request.maxBytes, services.config.get('fetch.max.bytes')),
      };
      const delayed = new DelayedFetch(
        items,
        reader,
        limits,
        services.fetchRoom,
        context.guard((reads, memory) => {
          context.onSent(() => memory.release());
          reply(respond(services, request, names, reads, { reader, context }));
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

function readerOf(request: Request, context: RequestContext): Reader {
  const readCommitted = request.isolationLevel === READ_COMMITTED;
  if (context.apiVersion < REPLICA_STATE_VERSION_MIN) {
    return { replicaId: request.replicaId, replicaEpoch: -1, readCommitted };
  }
  const { replicaId, replicaEpoch } = request.replicaState;
  return { replicaId, replicaEpoch, readCommitted };
}

/** The names of the topics asked for, in order; empty where an id is unknown. */
function topicNames(services: BrokerServices, request: Request, context: RequestContext): readonly string[] {
  if (context.apiVersion < TOPIC_ID_VERSION_MIN) return request.topics.map(({ topic }) => topic);
  const { topicsById } = services.image;
  return request.topics.map(({ topicId }) => topicsById.get(topicId)?.name ?? '');
}

function item(
  services: BrokerServices,
  topic: string,
  asked: PartitionRequest,
  context: RequestContext,
): FetchItem {
  const partition = services.replicaManager.get(topic, asked.partition) ?? null;
  return {
    partition,
    errorCode: partition === null ? absence(services, topic, asked.partition, context) : ErrorCode.NONE,
    fetch: {
      fetchOffset: asked.fetchOffset,
      currentLeaderEpoch: asked.currentLeaderEpoch,
      lastFetchedEpoch: asked.lastFetchedEpoch,
      logStartOffset: asked.logStartOffset,
      maxBytes: asked.partitionMaxBytes,
      knownHighWatermark: asked.highWatermark,
    },
  };
}

function absence(services: BrokerServices, topic: string, index: number, context: RequestContext): number {
  if (topic === '' && context.apiVersion >= TOPIC_ID_VERSION_MIN) return ErrorCode.UNKNOWN_TOPIC_ID;
  return absentReplica(services, topic, index);
}

function respond(
  services: BrokerServices,
  request: Request,
  names: readonly string[],
  reads: readonly PartitionRead[],
  { reader, context }: { readonly reader: Reader; readonly context: RequestContext },
): Response {
  const leaders = new CurrentLeaders(services, context, LEADER_VERSIONS);
  let next = 0;
  const responses = request.topics.map(({ topic, topicId, partitions }, i) => {
    const name = names[i] ?? '';
    let bytes = 0;
    const answered = partitions.map(({ partition }) => {
      const read = reads[next++];
      bytes += read?.sizeInBytes ?? 0;
      return partitionResponse(partition, read, leaders.of(read?.errorCode ?? 0, name, partition));
    });
    if (name !== '') count(services, name, reader, bytes);
    return { topic, topicId, partitions: answered };
  });
  return { responses, nodeEndpoints: leaders.nodeEndpoints };
}

function count(services: BrokerServices, topic: string, reader: Reader, bytes: number): void {
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
