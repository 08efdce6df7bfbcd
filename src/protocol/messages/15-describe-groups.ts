import { api } from '../message.ts';
import { array, bool, bytes, int16, int32, string, struct } from '../schema.ts';

/**
 * DescribeGroups (key 15, versions 0-6): describes classic groups and their members.
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: authorized operations (KIP-430)
 * - v4: static members (KIP-345)
 * - v5: flexible (KIP-482)
 * - v6: GROUP_ID_NOT_FOUND for unknown groups (KIP-1043)
 */
export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: '5+',
  listeners: ['broker'],
  request: struct({ groups: array(string()), includeAuthorizedOperations: bool({ versions: '3+' }) }),
  response: struct({
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ versions: '6+', nullable: '6+', default: null }),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          struct({
            memberId: string(),
            groupInstanceId: string({ versions: '4+', nullable: '4+', default: null, ignorable: true }),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32({ versions: '3+', default: -2147483648 }),
      }),
    ),
  }),
});
