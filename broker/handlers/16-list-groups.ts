import { listGroups } from '../../src/protocol/messages/16-list-groups.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** ListGroups (key 16, v0-5): groups that this broker coordinates, by state (v4+) and type (v5+). */
export function listGroupsHandler(services: BrokerServices): RequestHandler<typeof listGroups> {
  return {
    api: listGroups,
    inTurn: true,
    answer: (request) => services.groups.listGroups(request),
  };
}
