import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts';
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts';
import { kafkaError } from '../kafka-error.ts';
import type { ProducerIdentity } from '../producer-identity.ts';
import { groupByTopic, showPartition } from '../topic-partitions.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition } from '../types.ts';
import type { GroupCoordinator } from './coordinator.ts';

/** From here on topics go by id; a client that commits by name stays below. */
const BY_NAME_MAX = 9;
/** Several groups at once (KIP-709). */
const GROUPS_FROM = 8;
/** `requireStable`: do not answer offsets that an open transaction may still change (KIP-447). */
const STABLE_FROM = 7;

/** A commit within a transaction tells which member of the group it is from (KIP-447). */
const MEMBERS_FROM = 3;

/**
 * One attempt to read a group's committed offsets; partitions without one are left out.
 * @param partitions null for all.
 */
export async function fetchCommittedOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[] | null,
  options: { readonly requireStable: boolean },
): Promise<readonly OffsetAndMetadata[]> {
  const { groupId } = coordinator;
  const topics =
    partitions === null
      ? null
      : groupByTopic(partitions).map(({ topic, items }) => ({
          name: topic,
          partitionIndexes: items.map(({ partition }) => partition),
        }));
  const response = await coordinator.send({
    api: offsetFetch,
    versionMax: BY_NAME_MAX,
    body: (version) => ({
      ...(version >= GROUPS_FROM ? { groups: [{ groupId, topics }] } : { groupId, topics }),
      ...(version >= STABLE_FROM ? { requireStable: options.requireStable } : {}),
    }),
  });
  const group = response.groups[0] ?? response;
  check(coordinator, group.errorCode, `group ${groupId}`);
  const offsets: OffsetAndMetadata[] = [];
  for (const { name, partitions: found } of group.topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of found) {
      const partition = { topic: name, partition: partitionIndex };
      check(coordinator, errorCode, `committed offset of ${showPartition(partition)}`);
      if (committedOffset < 0) continue;
      offsets.push({
        ...partition,
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: metadata ?? '',
      });
    }
  }
  return offsets;
}

/**
 * One attempt to commit offsets.
 * @throws {OperationalError} with Kafka's error name; the coordinator is forgotten if it has moved.
 */
export async function commitOffsets(
  coordinator: GroupCoordinator,
  member: ConsumerGroupMetadata,
  offsets: readonly OffsetAndMetadata[],
): Promise<void> {
  const response = await coordinator.send({
    api: offsetCommit,
    versionMax: BY_NAME_MAX,
    body: {
      groupId: member.groupId,
      generationIdOrMemberEpoch: member.generationId,
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      topics: topicsOf(offsets),
    },
  });
  checkTopics(coordinator, response.topics);
}

/** The transaction that offsets are committed in. */
interface OffsetsTransaction {
  readonly transactionalId: string;
  readonly identity: ProducerIdentity;
  /** The highest version of TxnOffsetCommit that its protocol has. */
  readonly versionMax: number;
}

/**
 * One attempt to commit offsets in a transaction: they count when it is committed.
 * @throws {OperationalError} with Kafka's error name; the coordinator is forgotten if it has moved.
 */
export async function commitOffsetsInTransaction(
  coordinator: GroupCoordinator,
  { transactionalId, identity, versionMax }: OffsetsTransaction,
  { groupId, generationId, memberId, groupInstanceId }: ConsumerGroupMetadata,
  offsets: readonly OffsetAndMetadata[],
): Promise<void> {
  const topics = topicsOf(offsets);
  const response = await coordinator.send({
    api: txnOffsetCommit,
    versionMax,
    body: (version) => ({
      transactionalId,
      groupId,
      ...identity,
      ...(version >= MEMBERS_FROM
        ? { generationIdOrMemberEpoch: generationId, memberId, groupInstanceId }
        : {}),
      topics,
    }),
  });
  checkTopics(coordinator, response.topics);
}

function topicsOf(offsets: readonly OffsetAndMetadata[]) {
  return groupByTopic(offsets).map(({ topic, items }) => ({
    name: topic,
    partitions: items.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch ?? -1,
      committedMetadata: metadata ?? '',
    })),
  }));
}

interface CommittedTopic {
  readonly name: string;
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

function checkTopics(coordinator: GroupCoordinator, topics: readonly CommittedTopic[]): void {
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      const partition = showPartition({ topic: name, partition: partitionIndex });
      check(coordinator, errorCode, `committing ${partition}`);
    }
  }
}

function check(coordinator: GroupCoordinator, errorCode: number, subject: string): void {
  if (errorCode === ErrorCode.NONE) return;
  coordinator.movedBy(errorCode);
  // A coordinator that timed out may still be the coordinator; asking again is cheap.
  if (errorCode === ErrorCode.REQUEST_TIMED_OUT && errorOf(errorCode).retriable) coordinator.forget();
  throw kafkaError(errorCode, subject);
}
