import { ZERO_UUID } from '../../src/base/bytes-reader.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { isProhibitedTopicName } from '../controller/topic-name.ts';
import { isInternalTopic } from '../metadata/internal-topics.ts';
import type { MetadataImage, TopicImage } from '../metadata/metadata-image.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED, TOPIC_OPERATIONS } from './authorized-operations.ts';
import type { BrokerServices } from './broker-services.ts';
import { partitionMetadata } from './topic-metadata.ts';
import { isValidTopicName } from './topic-name.ts';

/** The first version in which a topic can be asked for by its id (KIP-516). */
const ID_VERSION_MIN = 12;

type Request = RequestOf<typeof metadata>;
type Response = ResponseInput<typeof metadata>;
type TopicResponse = NonNullable<Response['topics']>[number];
type Wanted = NonNullable<Request['topics']>[number];

/**
 * Metadata (key 3, v0-13): brokers, and topics with their leaders.
 *
 * - Brokers are told by the address that the client dialled, see {@link ClientEndpoints}.
 * - All topics: v0 an empty list, v1+ null. An empty list of v1+ asks for none.
 * - A topic that does not exist is created when the broker and (v4+) the request allow it; the response waits for it.
 * - v10+: topic ids; v12+: topics may be asked for by id, an unknown one is UNKNOWN_TOPIC_ID. Where one topic is asked
 *   for by id, those asked for by name are passed over, as in Kafka.
 * - A topic that is asked for twice is told once.
 * - controllerId is any live broker, as under KRaft: each passes on what only the controller can do.
 */
export function metadataHandler(services: BrokerServices): RequestHandler<typeof metadata> {
  return {
    api: metadata,
    inTurn: true,
    async answer(request, context) {
      if (!isWellFormed(request, context)) return invalid(request);
      const wanted = wantedTopics(request, context);
      const failures =
        wanted === null ? NO_FAILURES : await createMissing(services, wanted, request, context);
      const { image } = services;
      const topics =
        wanted === null
          ? [...image.topicsByName.values()].map((topic) => describe(topic, image, request))
          : wanted.map((topic) => describeWanted(topic, image, request, failures));
      return respond(services, image, request, context, topics);
    },
    failure: (request, errorCode) => ({
      topics: (request.topics ?? []).map(({ name, topicId }) => ({ errorCode, name, topicId })),
    }),
  };
}

const NO_FAILURES: ReadonlyMap<string, number> = new Map();

/** Requests of v10 and v11 have room for ids, which brokers of that time could not look up (KAFKA-13276). */
function isWellFormed({ topics }: Request, { apiVersion }: RequestContext): boolean {
  return (
    apiVersion >= ID_VERSION_MIN ||
    topics === null ||
    topics.every(({ name, topicId }) => name !== null && topicId === ZERO_UUID)
  );
}

/** A name may not be null in the answers of these versions. */
function invalid(request: Request): Response {
  const errorCode = ErrorCode.INVALID_REQUEST;
  return {
    topics: (request.topics ?? []).map(({ name, topicId }) => ({ errorCode, name: name ?? '', topicId })),
  };
}

function wantedTopics({ topics }: Request, { apiVersion }: RequestContext): readonly Wanted[] | null {
  if (topics === null || (apiVersion === 0 && topics.length === 0)) return null;
  const byId = new Map<string, Wanted>();
  const byName = new Map<string | null, Wanted>();
  for (const wanted of topics) {
    if (wanted.topicId === ZERO_UUID) byName.set(wanted.name, wanted);
    else byId.set(wanted.topicId, { topicId: wanted.topicId, name: null });
  }
  return [...(byId.size > 0 ? byId : byName).values()];
}

function respond(
  services: BrokerServices,
  image: MetadataImage,
  request: Request,
  context: RequestContext,
  topics: readonly TopicResponse[],
): Response {
  const brokers = services.endpoints.all(image, context);
  const any = brokers[services.environment.random.int(Math.max(1, brokers.length))];
  return {
    brokers,
    clusterId: services.clusterId,
    controllerId: any?.nodeId ?? -1,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? CLUSTER_OPERATIONS
      : OPERATIONS_NOT_ASKED,
  };
}

/** Creates what does not exist, where that is allowed; answers why some were not, by name. */
async function createMissing(
  services: BrokerServices,
  wanted: readonly Wanted[],
  request: Request,
  context: RequestContext,
): Promise<ReadonlyMap<string, number>> {
  const allowed = context.apiVersion < 4 || request.allowAutoTopicCreation;
  if (!allowed || !services.config.get('auto.create.topics.enable')) return NO_FAILURES;
  const { image } = services;
  const missing = wanted
    .map(({ name }) => name)
    .filter((name) => name !== null && isCreatable(name) && !image.topicsByName.has(name));
  if (missing.length === 0) return NO_FAILURES;
  const failures = new Map<string, number>();
  await Promise.all(
    missing.map(async (name) => {
      if (name === null) return;
      const errorCode = await services.topicCreator.create(name);
      // What may pass is not told as it is: the client knows to come back for a topic that is not there yet.
      if (errorCode === ErrorCode.REQUEST_TIMED_OUT) failures.set(name, ErrorCode.LEADER_NOT_AVAILABLE);
      else if (errorCode !== ErrorCode.NONE) failures.set(name, errorCode);
    }),
  );
  return failures;
}

/** One that may not be created is told as one that is not there, as in Kafka. */
function isCreatable(name: string): boolean {
  return isValidTopicName(name) && !isProhibitedTopicName(name);
}

function describeWanted(
  { name, topicId }: Wanted,
  image: MetadataImage,
  request: Request,
  failures: ReadonlyMap<string, number>,
): TopicResponse {
  if (name === null) {
    const topic = image.topicsById.get(topicId);
    return topic === undefined
      ? { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
      : describe(topic, image, request);
  }
  const topic = image.topicsByName.get(name);
  if (topic !== undefined) return describe(topic, image, request);
  const errorCode = isValidTopicName(name)
    ? (failures.get(name) ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    : ErrorCode.INVALID_TOPIC_EXCEPTION;
  return {
    errorCode,
    name,
    isInternal: isInternalTopic(name),
    topicAuthorizedOperations: topicOperations(request),
  };
}

/** Kafka tells them of topics that do not exist, too. */
function topicOperations(request: Request): number {
  return request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : OPERATIONS_NOT_ASKED;
}

function describe(topic: TopicImage, image: MetadataImage, request: Request): TopicResponse {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions
      .map((partition, index) => partitionMetadata(index, partition, image))
      .toArray(),
    topicAuthorizedOperations: topicOperations(request),
  };
}
