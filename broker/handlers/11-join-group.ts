import { joinGroup } from '../../src/protocol/messages/11-join-group.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** JoinGroup (key 11, v0-9): a member takes part in a rebalance of its group; the answer may take as long as that. */
export function joinGroupHandler(services: BrokerServices): RequestHandler<typeof joinGroup> {
  return {
    api: joinGroup,
    answer: (request, context) => services.groups.joinGroup(request, groupContext(context)),
  };
}
