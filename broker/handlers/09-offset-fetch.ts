import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';
import { mapInSlices } from './map-in-slices.ts';

type Request = RequestOf<typeof offsetFetch>;
type Response = ResponseInput<typeof offsetFetch>;

const GROUPS_VERSION_MIN = 8;
/** What stands for no committed offset. */
const NO_OFFSET = -1;

/**
 * OffsetFetch (key 9, v1-10): reads committed offsets of a group; v8+ of several groups; v10 topics by id. Each group is read in
 * one turn of the event loop, so that nobody sees half of what a transaction has committed.
 */
export function offsetFetchHandler(services: BrokerServices): RequestHandler<typeof offsetFetch> {
  return {
    api: offsetFetch,
    inTurn: true,
    async answer(request, context) {
      const asker = groupContext(context);
      if (context.apiVersion < GROUPS_VERSION_MIN) return services.groups.offsetFetch(request, asker);
      const fetched = await mapInSlices(request.groups, services.environment, (group) => {
        const { groups = [] } = services.groups.offsetFetch({ ...request, groups: [group] }, asker);
        return groups;
      });
      return { groups: fetched.flat() };
    },
    failure,
  };
}

/** In v1 only partitions, in v2-7 the whole answer, in v8+ groups have an error code. */
function failure({ topics, groups }: Request, errorCode: number, { apiVersion }: RequestContext): Response {
  if (apiVersion >= GROUPS_VERSION_MIN) {
    return { groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })) };
  }
  return {
    errorCode,
    topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: NO_OFFSET,
        metadata: '',
        errorCode,
      })),
    })),
  };
}
