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

/** An offset that is going to be written. */
export interface AcceptedOffset extends TopicPartition {
  readonly committed: Omit<CommittedOffset, 'recordOffset'>;
}

/** What a request says of one partition. */
interface RequestedOffset {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
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
  const accepted: AcceptedOffset[] = [];
  const { retentionTimeMs } = request;
  const { nowMs } = options;
  // What is longer than any clock goes is never.
  const expireTimestampMs =
    retentionTimeMs === -1 ? undefined : Math.min(nowMs + retentionTimeMs, Number.MAX_SAFE_INTEGER);
  const check = (topic: Request['topics'][number], name: string | undefined): TopicAnswer => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) => {
      const errorCode = partitionError(name, partition, options);
      if (errorCode === ErrorCode.NONE && name !== undefined) {
        accepted.push(acceptedOffset(name, partition, { nowMs, expireTimestampMs }));
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
  return 'open' in located ? offsetError(partition, config) : ErrorCode.NONE;
}

/** NONE, or why an offset cannot be kept. */
export function offsetError(
  { committedOffset, committedMetadata }: RequestedOffset,
  { offsetMetadataBytesMax }: GroupConfig,
): number {
  // It has been rounded, and no log ever gets there. Kafka stores it.
  if (!Number.isSafeInteger(committedOffset)) return ErrorCode.INVALID_COMMIT_OFFSET_SIZE;
  const metadataBytes = Buffer.byteLength(committedMetadata ?? '');
  return metadataBytes > offsetMetadataBytesMax ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}

/** @param when.expireTimestampMs only where the client chose a retention of its own. */
export function acceptedOffset(
  topic: string,
  partition: RequestedOffset,
  when: { readonly nowMs: number; readonly expireTimestampMs?: number | undefined },
): AcceptedOffset {
  return {
    topic,
    partition: partition.partitionIndex,
    committed: {
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestampMs: when.nowMs,
      expireTimestampMs: when.expireTimestampMs,
    },
  };
}

/** Offsets are visible once they are committed to the log: no reader sees one that a failover takes back. */
async function write(
  group: ClassicGroup,
  accepted: readonly AcceptedOffset[],
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

/** The answer where nothing was written; partitions that were refused before keep their own error. */
export function withWriteError(
  response: { readonly topics: readonly TopicAnswer[] },
  errorCode: number,
): { readonly topics: readonly TopicAnswer[] } {
  return {
    topics: response.topics.map((topic) => ({
      ...topic,
      partitions: (topic.partitions ?? []).map((partition) =>
        partition.errorCode === ErrorCode.NONE ? { ...partition, errorCode } : partition,
      ),
    })),
  };
}
