import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseOf } from '../../src/protocol/message.ts';
import type { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import type { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import type { createPartitions } from '../../src/protocol/messages/37-create-partitions.ts';
import type { electLeaders } from '../../src/protocol/messages/43-elect-leaders.ts';
import type { unregisterBroker } from '../../src/protocol/messages/64-unregister-broker.ts';
import {
  ConfigResourceType,
  configsOf,
  type MetadataImage,
  type TopicImage,
} from '../metadata/metadata-image.ts';

/**
 * A request that was sent to the controller again, after an answer that was lost or a leadership that moved, may meet its own
 * work: what it was to do is done, and the second answer calls that an error. These functions say of such an answer what the
 * client is to be told.
 *
 * `before` is the metadata as this broker knew it when the request came, `after` as it knows it now. What another client
 * has done in between, and just so, is taken for the request's own work: what was asked for holds either way.
 */
interface Meanwhile {
  readonly before: MetadataImage;
  readonly after: MetadataImage;
}

type CreatableTopic = RequestOf<typeof createTopics>['topics'][number];

/** Topics that exist now, as they were asked for, and did not exist before were created by this request. */
export function ownCreations(
  request: RequestOf<typeof createTopics>,
  response: ResponseOf<typeof createTopics>,
  { before, after }: Meanwhile,
): ResponseOf<typeof createTopics> {
  if (request.validateOnly) return response;
  const wanted = new Map(request.topics.map((topic) => [topic.name, topic]));
  return {
    ...response,
    topics: response.topics.map((result) => {
      if (result.errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS) return result;
      const topic = after.topicsByName.get(result.name);
      // By id: what this broker knew of that name may have been deleted before the request came.
      if (topic === undefined || topic.id === before.topicsByName.get(result.name)?.id) return result;
      if (!isAsWanted(topic, wanted.get(result.name), after)) return result;
      return {
        ...result,
        topicId: topic.id,
        errorCode: ErrorCode.NONE,
        errorMessage: null,
        numPartitions: topic.partitions.size,
        replicationFactor: topic.partitions.get(0)?.replicas.length ?? -1,
      };
    }),
  };
}

/** Names of topics whose creation {@link ownCreations} can only judge when this broker knows them. */
export function unknownCreations(
  response: ResponseOf<typeof createTopics>,
  { before, after }: Meanwhile,
): readonly string[] {
  const isKnown = (name: string): boolean => {
    const id = after.topicsByName.get(name)?.id;
    return id !== undefined && id !== before.topicsByName.get(name)?.id;
  };
  return response.topics
    .filter(({ errorCode, name }) => errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && !isKnown(name))
    .map(({ name }) => name);
}

function isAsWanted(topic: TopicImage, wanted: CreatableTopic | undefined, image: MetadataImage): boolean {
  if (wanted === undefined) return false;
  const { assignments, numPartitions, replicationFactor } = wanted;
  const count = assignments.length > 0 ? assignments.length : numPartitions;
  const replicas = assignments[0]?.brokerIds.length ?? replicationFactor;
  if (count !== -1 && count !== topic.partitions.size) return false;
  if (replicas !== -1 && replicas !== topic.partitions.get(0)?.replicas.length) return false;
  const overrides = configsOf(image, ConfigResourceType.TOPIC, topic.name);
  return wanted.configs.every(({ name, value }) => overrides.get(name) === value);
}

/** Topics that existed before and are unknown now were deleted by this request. */
export function ownDeletions(
  response: ResponseOf<typeof deleteTopics>,
  { before }: Meanwhile,
): ResponseOf<typeof deleteTopics> {
  return {
    ...response,
    responses: response.responses.map((result) => {
      const { errorCode, name, topicId } = result;
      if (errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && errorCode !== ErrorCode.UNKNOWN_TOPIC_ID)
        return result;
      const topic = name === null ? before.topicsById.get(topicId) : before.topicsByName.get(name);
      if (topic === undefined) return result;
      return {
        ...result,
        name: topic.name,
        topicId: topic.id,
        errorCode: ErrorCode.NONE,
        errorMessage: null,
      };
    }),
  };
}

/** A topic that had fewer partitions than were asked for, is refused, and has as many now was grown by this request. */
export function ownGrowth(
  request: RequestOf<typeof createPartitions>,
  response: ResponseOf<typeof createPartitions>,
  { before, after }: Meanwhile,
): ResponseOf<typeof createPartitions> {
  if (request.validateOnly) return response;
  const counts = new Map(request.topics.map(({ name, count }) => [name, count]));
  return {
    ...response,
    results: response.results.map((result) => {
      const count = counts.get(result.name) ?? -1;
      const had = before.topicsByName.get(result.name)?.partitions.size ?? Number.POSITIVE_INFINITY;
      const has = after.topicsByName.get(result.name)?.partitions.size;
      if (result.errorCode !== ErrorCode.INVALID_PARTITIONS || had >= count || has !== count) return result;
      return { ...result, errorCode: ErrorCode.NONE, errorMessage: null };
    }),
  };
}

/** Names of topics whose growth {@link ownGrowth} can only judge when this broker knows of it. */
export function unknownGrowth(
  request: RequestOf<typeof createPartitions>,
  response: ResponseOf<typeof createPartitions>,
  image: MetadataImage,
): readonly string[] {
  const refused = new Set(
    response.results
      .filter(({ errorCode }) => errorCode === ErrorCode.INVALID_PARTITIONS)
      .map(({ name }) => name),
  );
  return request.topics
    .filter(
      ({ name, count }) =>
        refused.has(name) && (image.topicsByName.get(name)?.partitions.size ?? count) < count,
    )
    .map(({ name }) => name);
}

/** An election that was needed before and is not any more was held by this request. */
export function ownElections(
  response: ResponseOf<typeof electLeaders>,
  { before }: Meanwhile,
): ResponseOf<typeof electLeaders> {
  return {
    ...response,
    replicaElectionResults: response.replicaElectionResults.map((result) => ({
      ...result,
      partitionResult: result.partitionResult.map((partition) => {
        const { errorCode, partitionId } = partition;
        const known = before.topicsByName.get(result.topic)?.partitions.get(partitionId);
        const wasNeeded = known !== undefined && known.leader !== known.replicas[0];
        if (errorCode !== ErrorCode.ELECTION_NOT_NEEDED || !wasNeeded) return partition;
        return { ...partition, errorCode: ErrorCode.NONE, errorMessage: null };
      }),
    })),
  };
}

/** A broker that was registered before, and is not any more, was unregistered by this request. */
export function ownUnregistration(
  { brokerId }: RequestOf<typeof unregisterBroker>,
  response: ResponseOf<typeof unregisterBroker>,
  before: MetadataImage,
): ResponseOf<typeof unregisterBroker> {
  if (response.errorCode !== ErrorCode.BROKER_ID_NOT_REGISTERED || !before.brokers.has(brokerId)) {
    return response;
  }
  return { ...response, errorCode: ErrorCode.NONE, errorMessage: null };
}
