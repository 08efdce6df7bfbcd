import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** OffsetFetch (key 9, v1-10): reads committed offsets of a group; v8+ of several groups; v10 topics by id. */
export function offsetFetchHandler(services: BrokerServices): RequestHandler<typeof offsetFetch> {
  return {
    api: offsetFetch,
    inTurn: true,
    answer: (request, context) => services.groups.offsetFetch(request, groupContext(context)),
  };
}
