import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * LeaveGroup (key 13, versions 0-5): removes members from a classic group.
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: several members, also by instance id (KIP-345)
 * - v4: flexible (KIP-482)
 * - v5: a reason for leaving (KIP-800)
 */
export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    memberId: string({ versions: '0-2' }),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ nullable: '3+', default: null }),
        reason: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      }),
      { versions: '3+' },
    ),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    members: array(
      struct({ memberId: string(), groupInstanceId: string({ nullable: '3+' }), errorCode: int16() }),
      { versions: '3+' },
    ),
  }),
});
