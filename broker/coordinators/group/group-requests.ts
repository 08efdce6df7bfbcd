import type { Environment } from '../../../src/base/environment.ts';
import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import type { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import type { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import type { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import type { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import type { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import type { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import type { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import type { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import type { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import type { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import type { CoordinatorLog } from '../coordinator-log.ts';
import type { txnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts';
import type { GroupConfig } from './group-config.ts';
import type { TransactionMarker } from '../../transactions/marker-batch.ts';
import type { OffsetsInTransactions } from './offsets-in-transactions.ts';

/** Who asks, and in which version of the API. */
export interface GroupRequestContext {
  readonly version: number;
  readonly clientId: string | null;
  /** The address that the client connects from, as groups are described with: "/127.0.0.1". */
  readonly clientHost: string;
}

/** What the coordinator must know of topics; answered from the metadata image. */
export interface GroupTopics {
  /** Whether the partition exists. */
  hasPartition(topic: string, partition: number): boolean;
  /** The id of a topic; undefined where there is none of this name. */
  topicId(topic: string): string | undefined;
  /** The name of a topic; undefined where there is none of this id. */
  topicName(topicId: string): string | undefined;
  /** How many partitions `__consumer_offsets` has; undefined where it has not been made yet. */
  offsetsTopicPartitions(): number | undefined;
}

export interface GroupCoordinatorOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  readonly log: CoordinatorLog;
  readonly transactions: OffsetsInTransactions;
  readonly topics: GroupTopics;
  /** What is left out has Kafka's default. */
  readonly config?: Partial<GroupConfig>;
  /** Called with what a timer of the coordinator met and no request can be told of, such as a failed append. */
  readonly onError: (error: unknown) => void;
  /** Called where the records of a group, of so many bytes, are larger than a batch of its topic may be. */
  readonly onTooLarge?: ((groupId: string, bytes: number) => void) | undefined;
}

/**
 * The requests that a group coordinator answers. Bodies are those of the wire; authorization, throttling and
 * `throttleTimeMs` are the caller's. Errors of the protocol are in the answers; a promise never rejects for them.
 */
export interface GroupRequests {
  /** Resolves when the group has rebalanced, which may take as long as its rebalance timeout. */
  joinGroup(
    request: RequestOf<typeof joinGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof joinGroup>>;
  /** Resolves when the leader has sent the assignment. */
  syncGroup(
    request: RequestOf<typeof syncGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof syncGroup>>;
  heartbeat(request: RequestOf<typeof heartbeat>): ResponseInput<typeof heartbeat>;
  leaveGroup(
    request: RequestOf<typeof leaveGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof leaveGroup>>;
  /** Topics that the caller has refused must be left out of the request and added to the answer. */
  offsetCommit(
    request: RequestOf<typeof offsetCommit>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof offsetCommit>>;
  /** As {@link offsetCommit}, in a transaction: the offsets count once that is committed. */
  txnOffsetCommit(
    request: RequestOf<typeof txnOffsetCommit>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof txnOffsetCommit>>;
  offsetFetch(
    request: RequestOf<typeof offsetFetch>,
    context: GroupRequestContext,
  ): ResponseInput<typeof offsetFetch>;
  describeGroups(
    request: RequestOf<typeof describeGroups>,
    context: GroupRequestContext,
  ): ResponseInput<typeof describeGroups>;
  listGroups(request: RequestOf<typeof listGroups>): ResponseInput<typeof listGroups>;
  deleteGroups(request: RequestOf<typeof deleteGroups>): Promise<ResponseInput<typeof deleteGroups>>;
  offsetDelete(request: RequestOf<typeof offsetDelete>): Promise<ResponseInput<typeof offsetDelete>>;
}

/** How a coordinator learns which partitions of `__consumer_offsets` its broker leads. */
export interface GroupCoordinatorPartitions {
  /** The partition of `__consumer_offsets` that holds a group: what FindCoordinator looks up. */
  partitionFor(groupId: string): number;
  /**
   * The broker was elected: reads the partition's batches, from its start to its high watermark, in order. Until the
   * promise resolves, the groups in it answer COORDINATOR_LOAD_IN_PROGRESS; before `load`, NOT_COORDINATOR.
   *
   * @param batches whole record batches as they are in the log, one or several in each buffer.
   */
  load(partition: number, batches: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void>;
  /**
   * Writes the marker that ends a producer's transaction in a partition of `__consumer_offsets`. Answers, at once or within
   * `timeoutMs`, an error code as an append to any partition has it.
   */
  completeTransaction(
    partition: number,
    marker: TransactionMarker,
    timeoutMs: number,
  ): number | Promise<number>;
  /** The broker no longer leads the partition: waiting requests are answered NOT_COORDINATOR, its groups are forgotten. */
  unload(partition: number): void;
  /** A topic was deleted: its committed offsets go. */
  onTopicsDeleted(topics: readonly string[]): Promise<void>;
  /** Stops all timers and answers waiting requests with COORDINATOR_NOT_AVAILABLE. */
  close(): void;
}
