import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import type { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { CommittedOffset } from './committed-offsets.ts';
import type { GroupTopics } from './group-requests.ts';
import type { PendingOffsets } from './pending-offsets.ts';

type Response = ResponseInput<typeof offsetFetch>;
type GroupAnswer = NonNullable<Response['groups']>[number];
type TopicAnswer = NonNullable<GroupAnswer['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];
type AskedGroup = RequestOf<typeof offsetFetch>['groups'][number];
export type AskedTopic = NonNullable<AskedGroup['topics']>[number];

/** From this version on, topics are named by their id. */
const TOPIC_ID_VERSION = 10;

interface FetchOptions {
  readonly topics: GroupTopics;
  readonly version: number;
  /** Offsets whose transaction has not ended, where the client wants none that may be replaced (KIP-447). */
  readonly pending?: PendingOffsets | undefined;
}

/**
 * The committed offsets of a group, in the form of version 8 and later.
 *
 * @param asked null: all.
 */
export function fetchOffsets(
  group: ClassicGroup | undefined,
  asked: readonly AskedTopic[] | null,
  { topics, version, pending }: FetchOptions,
): readonly TopicAnswer[] {
  if (asked === null) return group === undefined ? [] : allOffsets(group, topics, pending);
  return asked.map((topic) => {
    const name = version >= TOPIC_ID_VERSION ? topics.topicName(topic.topicId) : topic.name;
    return {
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitionIndexes.map((partition) =>
        name === undefined
          ? { ...answerOf(partition, undefined), errorCode: ErrorCode.UNKNOWN_TOPIC_ID }
          : group !== undefined && pending?.has(group.groupId, name, partition) === true
            ? unstable(partition)
            : answerOf(partition, group?.offsets.get(name, partition)),
      ),
    };
  });
}

function allOffsets(
  group: ClassicGroup,
  topics: GroupTopics,
  pending: PendingOffsets | undefined,
): readonly TopicAnswer[] {
  return [...group.offsets.topics()].map((name) => {
    const topicId = topics.topicId(name);
    return {
      name,
      ...(topicId === undefined ? {} : { topicId }),
      partitions: [...group.offsets.partitions(name)].map(([partition, committed]) =>
        pending?.has(group.groupId, name, partition) === true
          ? unstable(partition)
          : answerOf(partition, committed),
      ),
    };
  });
}

/** A transaction is about to say which offset it is. */
function unstable(partitionIndex: number): PartitionAnswer {
  return { ...answerOf(partitionIndex, undefined), errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT };
}

/** Where nothing was committed: offset -1, and no error. */
function answerOf(partitionIndex: number, committed: CommittedOffset | undefined): PartitionAnswer {
  return {
    partitionIndex,
    committedOffset: committed?.offset ?? -1,
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode: ErrorCode.NONE,
  };
}

/** An answer of versions 0 to 7, which know one group; the first two have no place for its error but the partitions. */
export function singleGroupResponse(
  topics: readonly TopicAnswer[],
  errorCode: number,
  version: number,
): Response {
  const answered = topics.map((topic) => ({
    name: topic.name ?? '',
    partitions: (topic.partitions ?? []).map((partition) =>
      errorCode !== ErrorCode.NONE && version < 2 ? { ...partition, errorCode } : partition,
    ),
  }));
  return version < 2 ? { topics: answered } : { errorCode, topics: answered };
}
