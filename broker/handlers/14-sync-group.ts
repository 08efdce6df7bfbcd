import { syncGroup } from '../../src/protocol/messages/14-sync-group.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** SyncGroup (key 14, v0-5): the leader hands out the assignment, the others wait for it. */
export function syncGroupHandler(services: BrokerServices): RequestHandler<typeof syncGroup> {
  return {
    api: syncGroup,
    answer: (request, context) => services.groups.syncGroup(request, groupContext(context)),
  };
}
