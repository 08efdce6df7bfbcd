import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import type { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { CommittedOffset } from './committed-offsets.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupJournal } from './group-journal.ts';
import { offsetRecord } from './group-records.ts';
import type { GroupTopics } from './group-requests.ts';

type Request = RequestOf<typeof offsetCommit>;
type Response = ResponseInput<typeof offsetCommit>;
type TopicAnswer = NonNullable<Response['topics']>[number];

/** From this version on, topics are named by their id. */
const TOPIC_ID_VERSION = 10;

interface Accepted extends TopicPartition {
  readonly committed: Omit<CommittedOffset, 'recordOffset'>;
}

interface CommitOptions {
  /** The group, made where there is none yet, or why there is none to commit to. */
  readonly located: { open(): ClassicGroup } | { readonly errorCode: number };
  readonly journal: GroupJournal;
  readonly topics: GroupTopics;
  readonly config: GroupConfig;
  readonly nowMs: number;
  readonly version: number;
}

/**
 * Writes the offsets of a request. Partitions that do not exist are told so whatever the group is; an error of the group
 * or of the write is for the others.
 */
export async function commitOffsets(request: Request, options: CommitOptions): Promise<Response> {
  const accepted: Accepted[] = [];
  const check = (topic: Request['topics'][number], name: string | undefined): TopicAnswer => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) => {
      const errorCode = partitionError(name, partition, options);
      if (errorCode === ErrorCode.NONE && name !== undefined) {
        accepted.push(acceptedOffset(name, partition, request, options));
      }
      return { partitionIndex: partition.partitionIndex, errorCode };
    }),
  });
  const topics = request.topics.map((topic) =>
    check(topic, options.version >= TOPIC_ID_VERSION ? options.topics.topicName(topic.topicId) : topic.name),
  );
  if (accepted.length === 0) return { topics };
  const { located } = options;
  const errorCode =
    'open' in located ? await write(located.open(), accepted, options.journal) : located.errorCode;
  return errorCode === ErrorCode.NONE ? { topics } : withWriteError({ topics }, errorCode);
}

function partitionError(
  name: string | undefined,
  partition: Request['topics'][number]['partitions'][number],
  { topics, config, located }: CommitOptions,
): number {
  if (name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
  if (!topics.hasPartition(name, partition.partitionIndex)) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (!('open' in located)) return ErrorCode.NONE;
  // It has been rounded, and no log ever gets there. Kafka stores it.
  if (!Number.isSafeInteger(partition.committedOffset)) return ErrorCode.INVALID_COMMIT_OFFSET_SIZE;
  const metadataBytes = Buffer.byteLength(partition.committedMetadata ?? '');
  return metadataBytes > config.offsetMetadataBytesMax ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}

function acceptedOffset(
  topic: string,
  partition: Request['topics'][number]['partitions'][number],
  { retentionTimeMs }: Request,
  { nowMs }: CommitOptions,
): Accepted {
  return {
    topic,
    partition: partition.partitionIndex,
    committed: {
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestampMs: nowMs,
      // What is longer than any clock goes is never.
      expireTimestampMs:
        retentionTimeMs === -1 ? undefined : Math.min(nowMs + retentionTimeMs, Number.MAX_SAFE_INTEGER),
    },
  };
}

/** Offsets are visible once they are committed to the log: no reader sees one that a failover takes back. */
async function write(
  group: ClassicGroup,
  accepted: readonly Accepted[],
  journal: GroupJournal,
): Promise<number> {
  const { offsets } = group;
  const records = accepted.map((each) => offsetRecord(group.groupId, each, each.committed));
  offsets.pendingCommits++;
  try {
    const { errorCode, firstOffset } = await journal.append(group.groupId, records);
    if (firstOffset === undefined) return errorCode;
    accepted.forEach(({ topic, partition, committed }, i) => {
      offsets.set(topic, partition, { ...committed, recordOffset: firstOffset + i });
    });
    return ErrorCode.NONE;
  } finally {
    offsets.pendingCommits--;
  }
}

/** Partitions that were refused before keep their own error. */
function withWriteError(response: { readonly topics: readonly TopicAnswer[] }, errorCode: number): Response {
  return {
    topics: response.topics.map((topic) => ({
      ...topic,
      partitions: (topic.partitions ?? []).map((partition) =>
        partition.errorCode === ErrorCode.NONE ? { ...partition, errorCode } : partition,
      ),
    })),
  };
}
