import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../lifecycle/topic-creator.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

type Request = RequestOf<typeof findCoordinator>;
type Response = ResponseInput<typeof findCoordinator>;

const GROUP = 0;
const TRANSACTION = 1;
const BATCH_VERSION_MIN = 4;
const LIBRDKAFKA_VERSION_MAX = 2;

/** Kafka's text for INVALID_REQUEST. */
const INVALID_MESSAGE =
  'This most likely occurs because of a request being malformed by the client library or the message was sent to an ' +
  'incompatible broker. See the broker logs for more details.';

interface Coordinator {
  readonly key: string;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * FindCoordinator (key 10, v0-6): which broker looks after a consumer group; v4+ asks for several at once.
 *
 * - `__consumer_offsets` is created when it is first needed, and the answer waits for it.
 * - COORDINATOR_NOT_AVAILABLE while the group's partition has no leader.
 * - Key type 1 (transactions) is refused for good: there is no such coordinator yet. Others, also share groups (2), are
 *   INVALID_REQUEST, as in a Kafka without them.
 */
export function findCoordinatorHandler(services: BrokerServices): RequestHandler<typeof findCoordinator> {
  return {
    api: findCoordinator,
    async answer(request, context) {
      const keys = keysOf(request, context);
      if (request.keyType !== GROUP && request.keyType !== TRANSACTION) {
        return respond(
          keys.map((key) => refused(key, ErrorCode.INVALID_REQUEST, INVALID_MESSAGE)),
          context,
        );
      }
      if (request.keyType !== GROUP) {
        const message = 'only consumer groups have a coordinator here: transactions are not supported yet';
        return respond(
          keys.map((key) => refused(key, finalErrorCode(context), message)),
          context,
        );
      }
      if (!services.image.topicsByName.has(CONSUMER_OFFSETS_TOPIC)) {
        await services.topicCreator.create(CONSUMER_OFFSETS_TOPIC);
      }
      return respond(
        keys.map((key) => find(services, key, context)),
        context,
      );
    },
    failure: (request, errorCode, context) =>
      respond(
        keysOf(request, context).map((key) => refused(key, errorCode)),
        context,
      ),
  };
}

/**
 * UNSUPPORTED_VERSION, by which clients show the message beside it. librdkafka speaks at most v2 and asks again until its
 * time is up after any error but a refused authorization, which it ends with at once and shows with the message (2.0.2
 * and 2.16.0; UNSUPPORTED_VERSION and INVALID_REQUEST end in "Timed out"). kafkajs has one text for all of them.
 */
function finalErrorCode(context: RequestContext): number {
  return context.apiVersion > LIBRDKAFKA_VERSION_MAX
    ? ErrorCode.UNSUPPORTED_VERSION
    : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

function keysOf({ key, coordinatorKeys }: Request, { apiVersion }: RequestContext): readonly string[] {
  return apiVersion >= BATCH_VERSION_MIN ? coordinatorKeys : [key];
}

function find(services: BrokerServices, groupId: string, context: RequestContext): Coordinator {
  const { image } = services;
  const topic = image.topicsByName.get(CONSUMER_OFFSETS_TOPIC);
  const leader = topic?.partitions.get(services.groups.partitionFor(groupId))?.leader ?? -1;
  const endpoint = leader < 0 ? undefined : services.endpoints.find(leader, image, context);
  if (endpoint === undefined) return refused(groupId, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  const { nodeId, host, port } = endpoint;
  // Kafka has a message for success too.
  const errorMessage = context.apiVersion >= BATCH_VERSION_MIN ? '' : 'NONE';
  return { key: groupId, nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage };
}

function refused(key: string, errorCode: number, errorMessage: string | null = null): Coordinator {
  return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage };
}

function respond(coordinators: readonly Coordinator[], context: RequestContext): Response {
  if (context.apiVersion >= BATCH_VERSION_MIN) return { coordinators };
  const [only] = coordinators;
  if (only === undefined) return { errorCode: ErrorCode.INVALID_REQUEST };
  const { nodeId, host, port, errorCode, errorMessage } = only;
  return { nodeId, host, port, errorCode, errorMessage };
}
