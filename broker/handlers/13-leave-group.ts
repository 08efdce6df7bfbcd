import { leaveGroup } from '../../src/protocol/messages/13-leave-group.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** LeaveGroup (key 13, v0-5): members leave; v3+ several at once, static ones by instance id. */
export function leaveGroupHandler(services: BrokerServices): RequestHandler<typeof leaveGroup> {
  return {
    api: leaveGroup,
    answer: (request, context) => services.groups.leaveGroup(request, groupContext(context)),
  };
}
