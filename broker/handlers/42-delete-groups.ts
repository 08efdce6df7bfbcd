import { deleteGroups } from '../../src/protocol/messages/42-delete-groups.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** DeleteGroups (key 42): forgets empty groups and their offsets. */
export function deleteGroupsHandler(services: BrokerServices): RequestHandler<typeof deleteGroups> {
  return {
    api: deleteGroups,
    answer: (request) => services.groups.deleteGroups(request),
    failure: ({ groupsNames }, errorCode) => ({
      results: groupsNames.map((groupId) => ({ groupId, errorCode })),
    }),
  };
}
