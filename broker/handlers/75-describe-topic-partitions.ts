import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeTopicPartitions } from '../../src/protocol/messages/75-describe-topic-partitions.ts';
import { isInternalTopic } from '../metadata/internal-topics.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { TOPIC_OPERATIONS } from './authorized-operations.ts';
import type { BrokerServices } from './broker-services.ts';
import { partitionMetadata } from './topic-metadata.ts';
import { isValidTopicName } from './topic-name.ts';

type Request = RequestOf<typeof describeTopicPartitions>;
type Response = ResponseInput<typeof describeTopicPartitions>;
type TopicResponse = NonNullable<Response['topics']>[number];

/**
 * DescribeTopicPartitions (key 75, v0): topics with their partitions and eligible leader replicas, in pages (KIP-966).
 *
 * Topics come sorted by name. A page ends after `responsePartitionLimit` partitions, at most
 * `max.request.partition.size.limit`; `nextCursor` says where the next one begins. A cursor that stands on no topic of
 * the request is INVALID_REQUEST.
 */
export function describeTopicPartitionsHandler(
  services: BrokerServices,
): RequestHandler<typeof describeTopicPartitions> {
  return {
    api: describeTopicPartitions,
    inTurn: true,
    answer: (request) => page(services, request),
    failure: failed,
  };
}

function failed(request: Request, errorCode: number): Response {
  return { topics: request.topics.map(({ name }) => ({ errorCode, name })) };
}

/** A cursor stands on one of the topics asked for; when all are, it may be of one that has gone meanwhile. */
function isCursorGood({ topics, cursor }: Request): boolean {
  if (cursor === null) return true;
  if (cursor.partitionIndex < 0) return false;
  return topics.length === 0 || topics.some(({ name }) => name === cursor.topicName);
}

function page(services: BrokerServices, request: Request): Response {
  const { image } = services;
  const { cursor } = request;
  if (!isCursorGood(request)) return failed(request, ErrorCode.INVALID_REQUEST);
  let room = Math.min(
    Math.max(1, request.responsePartitionLimit),
    services.config.get('max.request.partition.size.limit'),
  );
  const topics: TopicResponse[] = [];
  for (const name of names(image, request)) {
    if (cursor !== null && name < cursor.topicName) continue;
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0;
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } };
    const topic = describe(image, name, first, room);
    topics.push(topic);
    const shown = topic.partitions?.length ?? 0;
    room -= shown;
    if (first + shown < (image.topicsByName.get(name)?.partitions.size ?? 0)) {
      return { topics, nextCursor: { topicName: name, partitionIndex: first + shown } };
    }
  }
  return { topics };
}

function names(image: MetadataImage, request: Request): readonly string[] {
  const asked =
    request.topics.length === 0 ? image.topicsByName.keys() : request.topics.map(({ name }) => name);
  return [...new Set(asked)].sort();
}

function describe(image: MetadataImage, name: string, first: number, count: number): TopicResponse {
  const topic = image.topicsByName.get(name);
  if (topic === undefined) {
    const errorCode = isValidTopicName(name)
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.INVALID_TOPIC_EXCEPTION;
    return { errorCode, name, topicAuthorizedOperations: TOPIC_OPERATIONS };
  }
  const partitions = topic.partitions.slice(first, first + count).map((partition, i) => ({
    ...partitionMetadata(first + i, partition, image),
    eligibleLeaderReplicas: partition.elr,
    lastKnownElr: partition.lastKnownElr,
  }));
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId: topic.id,
    isInternal: isInternalTopic(name),
    partitions: partitions.toArray(),
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  };
}
