import type { Environment } from '../../../src/base/environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import type { txnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts';
import type { VerificationGuard } from '../../log/verification-guards.ts';
import { committedWithin, isCommitted } from '../../replication/transactional-append.ts';
import { errorOfAppend } from '../coordinator-log.ts';
import type { GroupConfig } from './group-config.ts';
import { offsetRecord } from './group-records.ts';
import type { GroupTopics } from './group-requests.ts';
import type { GroupShard } from './group-shard.ts';
import { transactionalCommitError } from './membership-checks.ts';
import { type AcceptedOffset, acceptedOffset, offsetError, withWriteError } from './offset-commits.ts';
import type { TransactionMarker } from '../../transactions/marker-batch.ts';
import type { OffsetsInTransactions } from './offsets-in-transactions.ts';

type Request = RequestOf<typeof txnOffsetCommit>;
type Response = ResponseInput<typeof txnOffsetCommit>;
type TopicAnswer = NonNullable<Response['topics']>[number];

/** From this version on, topics are named by their id. */
const TOPIC_ID_VERSION = 6;
/** Older producers fail for good where they are told that groups are being loaded (KAFKA-7296). */
const LOADING_VERSION = 2;

interface GroupTransactionsOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly offsets: OffsetsInTransactions;
  readonly topics: GroupTopics;
  readonly config: GroupConfig;
  readonly partitionFor: (groupId: string) => number;
  /** The shard that holds a group, or why it is not served here. */
  readonly locate: (groupId: string) => {
    readonly errorCode: number;
    readonly shard: GroupShard | undefined;
  };
}

/** A topic of a request; the name is undefined where its id is unknown. */
interface NamedTopic {
  readonly topic: Request['topics'][number];
  readonly name: string | undefined;
}

/** The group takes the offsets of this transaction. */
interface OpenShard {
  readonly shard: GroupShard;
  readonly guard: VerificationGuard | undefined;
}

/** Offsets that are committed in transactions (KIP-98, KIP-447): pending until the transaction's marker comes. */
export class GroupTransactions {
  readonly #options: GroupTransactionsOptions;

  constructor(options: GroupTransactionsOptions) {
    this.#options = options;
  }

  /** TxnOffsetCommit: partitions that do not exist are told so whatever becomes of the others. */
  async commit(request: Request, version: number): Promise<Response> {
    const { topics } = this.#options;
    const named = request.topics.map((topic) => ({
      topic,
      name: version >= TOPIC_ID_VERSION ? topics.topicName(topic.topicId) : topic.name,
    }));
    const isAnyKnown = named.some(({ topic, name }) =>
      topic.partitions.some(({ partitionIndex }) => this.#existence(name, partitionIndex) === ErrorCode.NONE),
    );
    const located = isAnyKnown ? await this.#locate(request, version) : undefined;
    const open = typeof located === 'object' ? located : undefined;
    const accepted: AcceptedOffset[] = [];
    const answer = { topics: named.map((each) => this.#check(each, open, accepted)) };
    if (located === undefined) return answer;
    const errorCode = typeof located === 'number' ? located : await this.#write(request, located, accepted);
    return errorCode === ErrorCode.NONE
      ? answer
      : withWriteError(answer, errorForVersion(errorCode, version));
  }

  #existence(name: string | undefined, partitionIndex: number): number {
    if (name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
    const exists = this.#options.topics.hasPartition(name, partitionIndex);
    return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  /** Adds to `accepted` what can be kept, where the group is open to it. */
  #check({ topic, name }: NamedTopic, open: OpenShard | undefined, accepted: AcceptedOffset[]): TopicAnswer {
    const { config, environment } = this.#options;
    const nowMs = environment.clock.nowMs();
    return {
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map((partition) => {
        const { partitionIndex } = partition;
        const missing = this.#existence(name, partitionIndex);
        if (open === undefined || name === undefined || missing !== ErrorCode.NONE) {
          return { partitionIndex, errorCode: missing };
        }
        const errorCode = offsetError(partition, config);
        if (errorCode === ErrorCode.NONE) accepted.push(acceptedOffset(name, partition, { nowMs }));
        return { partitionIndex, errorCode };
      }),
    };
  }

  /** Asks about the transaction and then about the group, as Kafka does; a number is the error of either. */
  async #locate(request: Request, version: number): Promise<OpenShard | number> {
    const { offsets, partitionFor, locate } = this.#options;
    const { groupId, transactionalId, producerId, producerEpoch, generationIdOrMemberEpoch } = request;
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID;
    const producer = { transactionalId, producerId, producerEpoch, version };
    const { errorCode, guard } = await offsets.verify(partitionFor(groupId), producer);
    if (errorCode !== ErrorCode.NONE) return errorOfVerification(errorCode);
    const located = locate(groupId);
    if (located.shard === undefined) return located.errorCode;
    const refused = transactionalCommitError(located.shard.group(groupId), {
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      generationId: generationIdOrMemberEpoch,
    });
    return refused === ErrorCode.NONE ? { shard: located.shard, guard } : refused;
  }

  /** The offsets are pending from the moment when they are in the log, whether or not the client will hear of it. */
  async #write(
    request: Request,
    { shard, guard }: OpenShard,
    accepted: readonly AcceptedOffset[],
  ): Promise<number> {
    const { offsets, environment, config, partitionFor } = this.#options;
    const { groupId, producerId, producerEpoch } = request;
    if (accepted.length === 0) return ErrorCode.NONE;
    const records = accepted.map((each) => offsetRecord(groupId, each, each.committed));
    const written = offsets.appendOffsets(partitionFor(groupId), records, {
      producerId,
      producerEpoch,
      guard,
    });
    const { baseOffset } = written;
    if (baseOffset === undefined) return errorOfAppend(written.errorCode);
    // A group that does not exist is made for a producer that only keeps offsets.
    shard.getOrCreate(groupId, environment.clock.nowMs());
    accepted.forEach(({ topic, partition, committed }, i) => {
      const recordOffset = baseOffset + i;
      shard.pending.hold(producerId, {
        groupId,
        topic,
        partition,
        committed: { ...committed, recordOffset },
      });
    });
    const { timers } = environment;
    return errorOfAppend(await committedWithin(written.committed, timers, config.offsetsCommitTimeoutMs));
  }

  /**
   * WriteTxnMarkers for a partition of `__consumer_offsets`: what the transaction has committed counts, or is dropped, once
   * the marker is below the high watermark, so that nobody is told of an offset that a failover takes back.
   * @returns the error code that the transaction's coordinator is told.
   */
  complete(
    partition: number,
    { shard, errorCode }: { readonly shard: GroupShard | undefined; readonly errorCode: number },
    { marker, timeoutMs }: { readonly marker: TransactionMarker; readonly timeoutMs: number },
  ): number | Promise<number> {
    // It is sent again until the groups are loaded.
    if (shard === undefined) return errorOfMarker(errorCode);
    const written = this.#options.offsets.appendMarker(partition, marker);
    const { baseOffset } = written;
    if (baseOffset === undefined) return written.errorCode;
    shard.pending.onMarker(marker.producerId, baseOffset);
    const end = (outcome: number): number => {
      if (isCommitted(outcome)) shard.endTransaction(marker.producerId, baseOffset, marker.isCommit);
      return outcome;
    };
    const { committed } = written;
    if (typeof committed === 'number') return end(committed);
    return committedWithin(committed.then(end), this.#options.environment.timers, timeoutMs);
  }
}

function errorForVersion(errorCode: number, version: number): number {
  const isUnknown = errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS && version < LOADING_VERSION;
  return isUnknown ? ErrorCode.COORDINATOR_NOT_AVAILABLE : errorCode;
}

/** Producers of any version try again after this one, without looking for another coordinator. */
function errorOfVerification(errorCode: number): number {
  return errorCode === ErrorCode.NETWORK_EXCEPTION
    ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    : errorOfAppend(errorCode);
}

/** A transaction's coordinator knows partitions and their leaders, no groups. */
function errorOfMarker(errorCode: number): number {
  switch (errorCode) {
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    default:
      return errorCode;
  }
}
