import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapInSlices } from './map-in-slices.ts';

type Request = RequestOf<typeof findCoordinator>;
type Response = ResponseInput<typeof findCoordinator>;

const GROUP = 0;
const TRANSACTION = 1;
const BATCH_VERSION_MIN = 4;

/** Kafka's text for INVALID_REQUEST. */
const INVALID_MESSAGE =
  'This most likely occurs because of a request being malformed by the client library or the message was sent to an ' +
  'incompatible broker. See the broker logs for more details.';

/** Where the coordinators of a type of keys are. */
interface Coordination {
  readonly topic: string;
  readonly partitionFor: (key: string) => number;
}

interface Coordinator {
  readonly key: string;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * FindCoordinator (key 10, v0-6): which broker looks after a consumer group or a transactional id; v4+ asks for several at
 * once.
 *
 * - Their internal topic is created when it is first needed, and the answer waits for it.
 * - COORDINATOR_NOT_AVAILABLE while the partition has no leader.
 * - INVALID_REQUEST for other types of keys, also share groups (2), as in a Kafka without them.
 */
export function findCoordinatorHandler(services: BrokerServices): RequestHandler<typeof findCoordinator> {
  const coordinators = new Map<number, Coordination>([
    [GROUP, { topic: CONSUMER_OFFSETS_TOPIC, partitionFor: (key) => services.groups.partitionFor(key) }],
    [
      TRANSACTION,
      { topic: TRANSACTION_STATE_TOPIC, partitionFor: (key) => services.transactions.partitionFor(key) },
    ],
  ]);
  return {
    api: findCoordinator,
    async answer(request, context) {
      const keys = keysOf(request, context);
      const coordination = coordinators.get(request.keyType);
      if (coordination === undefined) {
        return respond(
          keys.map((key) => refused(key, ErrorCode.INVALID_REQUEST, INVALID_MESSAGE)),
          context,
        );
      }
      const { topic } = coordination;
      if (!services.image.topicsByName.has(topic)) await services.topicCreator.create(topic);
      const find = (key: string): Coordinator => coordinatorOf(services, { key, ...coordination }, context);
      return respond(await mapInSlices(keys, services.environment, find), context);
    },
    failure: (request, errorCode, context) =>
      respond(
        keysOf(request, context).map((key) => refused(key, errorCode)),
        context,
      ),
  };
}

function keysOf({ key, coordinatorKeys }: Request, { apiVersion }: RequestContext): readonly string[] {
  return apiVersion >= BATCH_VERSION_MIN ? coordinatorKeys : [key];
}

function coordinatorOf(
  { image, endpoints }: BrokerServices,
  { key, topic, partitionFor }: Coordination & { readonly key: string },
  context: RequestContext,
): Coordinator {
  const leader = image.topicsByName.get(topic)?.partitions.get(partitionFor(key))?.leader ?? -1;
  const endpoint = leader < 0 ? undefined : endpoints.find(leader, image, context);
  if (endpoint === undefined) return refused(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  const { nodeId, host, port } = endpoint;
  // Kafka has a message for success too.
  const errorMessage = context.apiVersion >= BATCH_VERSION_MIN ? '' : 'NONE';
  return { key, nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage };
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
