import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { BATCH_HEADER_BYTES, COMPRESSION_MASK } from '../../src/protocol/records/batch-format.ts';
import { attributesAt } from '../../src/protocol/records/batch-header.ts';
import { isInternalTopic } from '../metadata/internal-topics.ts';
import type { AppendResult } from '../log/append-result.ts';
import { inspectBatch, isInspectedAhead } from '../log/inspect-batch.ts';
import type { Inspection } from '../log/record-validation.ts';
import { DelayedProduce, type PendingCommit, pendingCommit } from '../replication/delayed-produce.ts';
import { appendFailure, type Partition } from '../replication/partition.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { Reply, RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { CurrentLeaders } from './current-leader.ts';
import { PartitionCursor, type PartitionPlace } from './partition-cursor.ts';
import { isTransactional, ProduceTransaction } from './produce-transaction.ts';
import { runSteps } from './sliced-steps.ts';

type Request = RequestOf<typeof produce>;
type Response = ResponseInput<typeof produce>;
type TopicRequest = Request['topicData'][number];
type PartitionRequest = TopicRequest['partitionData'][number];

/** The client id that Kafka's own tools use to write to internal topics. */
const ADMIN_CLIENT_ID = '__admin_client';
const LEADER_VERSIONS = { leaderMin: 10, endpointMin: 10 };
const ZSTD = 4;
const ZSTD_VERSION_MIN = 7;

/**
 * Produce (key 0, v3-13; v0-2 are advertised and refused, KAFKA-18659): appends one batch to each partition named.
 *
 * - acks=1 answers when all is written, acks=-1 when the high watermark has passed it, acks=0 never: there an error
 *   closes the connection.
 * - The failure of one partition leaves the others alone.
 * - A request that names thousands of partitions is worked on in slices: the first record of each makes a file.
 * - v10+: NOT_LEADER_OR_FOLLOWER names the leader (KIP-951). v13+: topics by id.
 * - A batch that begins a transaction in its partition waits for the coordinator's word (KIP-890): up to v11 whether the
 *   partition is in the transaction, from v12 on it is added. Not in it: INVALID_TXN_STATE, v11+ TRANSACTION_ABORTABLE. A
 *   coordinator that cannot be asked: NOT_ENOUGH_REPLICAS, after which producers of any version try again; from v12 on
 *   CONCURRENT_TRANSACTIONS while the transaction before is being ended.
 * - A request with batches of a transaction that names none is refused whole with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, one
 *   with those of several producers with INVALID_PRODUCER_ID_MAPPING.
 * - A codec that is none is UNSUPPORTED_COMPRESSION_TYPE; Kafka fails with UNKNOWN_SERVER_ERROR there.
 */
export function produceHandler(services: BrokerServices): RequestHandler<typeof produce> {
  return {
    api: produce,
    forgetsRequest: true,
    handle(request, context, reply) {
      if (request.acks !== 0 && request.acks !== 1 && request.acks !== -1) {
        reply(failure(request, ErrorCode.INVALID_REQUIRED_ACKS));
        return;
      }
      new ProduceRun(services, request, context, reply).start();
    },
    failure,
  };
}

function failure(request: Request, errorCode: number): Response {
  return {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })),
    })),
  };
}

/** What became of one partition of the request. */
interface Appended {
  readonly index: number;
  readonly topic: string;
  readonly result: AppendResult;
  readonly commit: PendingCommit | null;
}

class ProduceRun {
  readonly #services: BrokerServices;
  readonly #request: Request;
  readonly #context: RequestContext;
  readonly #reply: Reply<typeof produce>;
  /** By topic. */
  readonly #appended: readonly Appended[][];
  readonly #touched: Partition[] = [];
  /** What was found in the batches that were looked into ahead, by their bytes. */
  readonly #inspections = new Map<Buffer, Inspection>();
  /** Set where there are batches of a transaction. */
  #transaction: ProduceTransaction | undefined;
  #failed = false;

  constructor(
    services: BrokerServices,
    request: Request,
    context: RequestContext,
    reply: Reply<typeof produce>,
  ) {
    this.#services = services;
    this.#request = request;
    this.#context = context;
    this.#reply = reply;
    this.#appended = request.topicData.map(() => []);
  }

  /**
   * Looks into what is compressed, asks about transactions that begin, then appends. What is too large for the event loop is
   * looked at beside it; the connection's next requests wait for that, so that no later batch of a producer is appended
   * before an earlier one.
   */
  start(): void {
    const waits: Promise<void>[] = [];
    this.#forEachPartition({
      work: (data, { topic }) => this.#inspect(topic, data, waits),
      onEnd: () => {
        if (this.#transaction !== undefined && !this.#joinTransaction(this.#transaction, waits)) return;
        if (waits.length === 0) this.#appendAll();
        else this.#appendAfter(waits);
      },
    });
  }

  /** Adds what has to be waited for; false where the whole request is refused. */
  #joinTransaction(transaction: ProduceTransaction, waits: Promise<void>[]): boolean {
    const { transactionalId } = this.#request;
    if (transactionalId === null || transaction.hasSeveralProducers) {
      this.#refuseAll(
        transactionalId === null
          ? ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
          : ErrorCode.INVALID_PRODUCER_ID_MAPPING,
      );
      return false;
    }
    const verified = transaction.verify(transactionalId, this.#services.transactionVerifier);
    if (verified !== undefined) waits.push(verified);
    return true;
  }

  #refuseAll(errorCode: ErrorCode): void {
    if (this.#request.acks === 0) this.#context.disconnect();
    this.#reply(this.#request.acks === 0 ? null : failure(this.#request, errorCode));
  }

  #forEachPartition(way: {
    readonly work: (data: PartitionRequest, place: PartitionPlace) => void;
    readonly onEnd: () => void;
  }): void {
    const cursor = new PartitionCursor(this.#request.topicData, (topic) => this.#topicName(topic));
    const next = (): boolean => {
      const data = cursor.next();
      if (data === undefined) return false;
      way.work(data, cursor);
      return true;
    };
    runSteps({ next, onEnd: way.onEnd }, this.#context, this.#services.environment);
  }

  #appendAfter(waits: readonly Promise<void>[]): void {
    const release = this.#context.hold();
    const fail = (error: unknown): never => {
      throw error;
    };
    void Promise.all(waits)
      .then(
        this.#context.guard(() => this.#appendAll()),
        this.#context.guard(fail),
      )
      .finally(release);
  }

  /** Looks into a batch that is compressed, or is to be, or is large; adds what has to be waited for. */
  #inspect(topic: string, { index, records }: PartitionRequest, waits: Promise<void>[]): void {
    if (records === null) return;
    const partition = this.#services.replicaManager.get(topic, index);
    if (records.length >= BATCH_HEADER_BYTES && isTransactional(records)) {
      this.#transaction ??= new ProduceTransaction(this.#context.apiVersion);
      const refused = this.#refusal(topic, partition, index, records);
      if (partition !== undefined && refused === ErrorCode.NONE) this.#transaction.add(partition, records);
    }
    if (partition === undefined || partition.leader === null) return;
    if (!isInspectedAhead(records, partition.config.log)) return;
    const found = inspectBatch(partition, records, this.#services.environment);
    if (found instanceof Promise) waits.push(found.then((late) => void this.#inspections.set(records, late)));
    else if (found !== undefined) this.#inspections.set(records, found);
  }

  #topicName({ name, topicId }: TopicRequest): string {
    if (this.#context.apiVersion < 13) return name;
    return this.#services.image.topicsById.get(topicId)?.name ?? '';
  }

  #appendAll(): void {
    this.#forEachPartition({
      work: (data, { topic, topicAt }) => {
        const appended = this.#appended[topicAt];
        if (appended?.length === 0) this.#countRequest(topic);
        appended?.push(this.#appendTo(topic, data));
      },
      onEnd: () => this.#answer(),
    });
  }

  #countRequest(topic: string): void {
    const metrics = topic === '' ? undefined : this.#services.metrics.topics.get(topic);
    if (metrics !== undefined) metrics.totalProduceRequestsTotal++;
  }

  #answer(): void {
    const { acks, timeoutMs } = this.#request;
    if (acks === -1) {
      const commits = this.#appended
        .flatMap((topic) => topic.map(({ commit }) => commit))
        .filter((c) => c !== null);
      const delayed = new DelayedProduce(
        commits,
        this.#context.guard(() => this.#reply(this.#response())),
      );
      delayed.start(this.#services.environment.timers, Math.max(0, timeoutMs));
      if (!delayed.done) this.#context.onClosed(() => delayed.cancel());
    } else if (acks === 1) {
      this.#reply(this.#response());
    } else {
      if (this.#failed) this.#context.disconnect();
      this.#reply(null);
    }
    // Readers come after the acknowledgement is under way, and after all partitions have their batches.
    for (const partition of this.#touched) partition.wake();
  }

  #appendTo(topic: string, { index, records }: PartitionRequest): Appended {
    const partition = this.#services.replicaManager.get(topic, index);
    const refused = this.#refusal(topic, partition, index, records);
    if (refused !== ErrorCode.NONE || partition === undefined || records === null) {
      return this.#refused(topic, index, refused);
    }
    const unverified = this.#transaction?.errorCodeOf(records) ?? ErrorCode.NONE;
    return unverified === ErrorCode.NONE
      ? this.#append(partition, records)
      : this.#refused(topic, index, unverified);
  }

  #refusal(
    topic: string,
    partition: Partition | undefined,
    index: number,
    records: Buffer | null,
  ): ErrorCode {
    if (partition === undefined) return this.#absence(topic, index);
    if (isInternalTopic(topic) && this.#context.clientId !== ADMIN_CLIENT_ID)
      return ErrorCode.INVALID_TOPIC_EXCEPTION;
    if (records === null || records.length < BATCH_HEADER_BYTES) return ErrorCode.INVALID_RECORD;
    const attributes = attributesAt(records, 0);
    if ((attributes & COMPRESSION_MASK) === ZSTD && this.#context.apiVersion < ZSTD_VERSION_MIN) {
      return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
    }
    if ((attributes & COMPRESSION_MASK) > ZSTD) return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
    return ErrorCode.NONE;
  }

  /** Why this broker has no replica of a partition. */
  #absence(topic: string, index: number): ErrorCode {
    const unknownId = this.#context.apiVersion >= 13 && topic === '';
    return unknownId ? ErrorCode.UNKNOWN_TOPIC_ID : absentReplica(this.#services, topic, index);
  }

  #append(partition: Partition, records: Buffer): Appended {
    const { topic, index } = partition;
    const { acks } = this.#request;
    const metrics = this.#services.metrics.topic(topic);
    const inspection = this.#inspections.get(records);
    const guard = this.#transaction?.guardOf(records);
    const result = partition.append(records, { origin: 'client', acks, inspection, guard });
    if (result.errorCode !== ErrorCode.NONE) {
      this.#failed = true;
      metrics.failedProduceRequestsTotal++;
      metrics.bytesRejectedTotal += records.length;
      return { index, topic, result, commit: null };
    }
    if (!result.duplicate) {
      metrics.messagesInTotal += result.lastOffset - result.baseOffset + 1;
      metrics.bytesInTotal += records.length;
      this.#touched.push(partition);
    }
    const commit = acks === -1 ? pendingCommit(partition, result.lastOffset + 1) : null;
    return { index, topic, result, commit };
  }

  #refused(topic: string, index: number, errorCode: ErrorCode): Appended {
    this.#failed = true;
    return { index, topic, result: appendFailure(errorCode), commit: null };
  }

  #response(): Response {
    const leaders = new CurrentLeaders(this.#services, this.#context, LEADER_VERSIONS);
    const responses = this.#request.topicData.map(({ name, topicId }, i) => ({
      name,
      topicId,
      partitionResponses: (this.#appended[i] ?? []).map((appended) => partitionResponse(appended, leaders)),
    }));
    return { responses, nodeEndpoints: leaders.nodeEndpoints };
  }
}

type PartitionResponse = NonNullable<
  NonNullable<Response['responses']>[number]['partitionResponses']
>[number];

function partitionResponse(
  { index, topic, result, commit }: Appended,
  leaders: CurrentLeaders,
): PartitionResponse {
  const errorCode = commit?.errorCode ?? result.errorCode;
  if (errorCode === ErrorCode.NONE) {
    const { baseOffset, logAppendTimeMs, logStartOffset } = result;
    return { index, errorCode, baseOffset, logAppendTimeMs, logStartOffset };
  }
  const currentLeader = leaders.of(errorCode, topic, index);
  return {
    index,
    errorCode,
    baseOffset: -1,
    logStartOffset: result.logStartOffset,
    errorMessage: result.errorMessage,
    recordErrors: result.badRecords.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
    ...(currentLeader === undefined ? {} : { currentLeader }),
  };
}
