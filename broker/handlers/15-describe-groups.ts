import { describeGroups } from '../../src/protocol/messages/15-describe-groups.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** DescribeGroups (key 15, v0-6): state and members of groups that this broker coordinates. */
export function describeGroupsHandler(services: BrokerServices): RequestHandler<typeof describeGroups> {
  return {
    api: describeGroups,
    answer: (request, context) => services.groups.describeGroups(request, groupContext(context)),
  };
}
