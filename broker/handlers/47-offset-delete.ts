import { offsetDelete } from '../../src/protocol/messages/47-offset-delete.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** OffsetDelete (key 47, v0): forgets committed offsets of topics that the group does not subscribe to. */
export function offsetDeleteHandler(services: BrokerServices): RequestHandler<typeof offsetDelete> {
  return {
    api: offsetDelete,
    answer: (request) => services.groups.offsetDelete(request),
  };
}
