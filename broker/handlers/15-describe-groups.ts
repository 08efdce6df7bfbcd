import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { describeGroups } from '../../src/protocol/messages/15-describe-groups.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { GROUP_OPERATIONS } from './authorized-operations.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';
import { mapInSlices } from './map-in-slices.ts';

/**
 * DescribeGroups (key 15, v0-6): state and members of groups that this broker coordinates.
 *
 * - v3+: what the client may do with a group that exists, when it asks (KIP-430)
 */
export function describeGroupsHandler(services: BrokerServices): RequestHandler<typeof describeGroups> {
  return {
    api: describeGroups,
    inTurn: true,
    async answer(request, context) {
      const asker = groupContext(context);
      const described = await mapInSlices(request.groups, services.environment, (groupId) => {
        const { groups = [] } = services.groups.describeGroups({ ...request, groups: [groupId] }, asker);
        if (!request.includeAuthorizedOperations) return groups;
        return groups.map((group) =>
          (group.errorCode ?? ErrorCode.NONE) === ErrorCode.NONE
            ? { ...group, authorizedOperations: GROUP_OPERATIONS }
            : group,
        );
      });
      return { groups: described.flat() };
    },
    failure: ({ groups }, errorCode) => ({
      groups: groups.map((groupId) => ({
        errorCode,
        groupId,
        groupState: '',
        protocolType: '',
        protocolData: '',
        members: [],
      })),
    }),
  };
}
