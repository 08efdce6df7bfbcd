import { deleteGroups } from '../../src/protocol/messages/42-delete-groups.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { beginInSlices } from './map-in-slices.ts';

/** DeleteGroups (key 42): forgets empty groups and their offsets. */
export function deleteGroupsHandler(services: BrokerServices): RequestHandler<typeof deleteGroups> {
  return {
    api: deleteGroups,
    async answer(request) {
      const names = [...new Set(request.groupsNames)];
      const deletions = await beginInSlices(names, services.environment, (groupId) =>
        services.groups.deleteGroups({ groupsNames: [groupId] }),
      );
      return { results: deletions.flatMap(({ results = [] }) => results) };
    },
    failure: ({ groupsNames }, errorCode) => ({
      results: groupsNames.map((groupId) => ({ groupId, errorCode })),
    }),
  };
}
