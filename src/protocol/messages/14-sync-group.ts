import { api } from '../message.ts';
import { array, bytes, int16, int32, string, struct } from '../schema.ts';

/**
 * SyncGroup (key 14, versions 0-5): hands out the assignment that the leader of a classic group made.
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: static members (KIP-345)
 * - v4: flexible (KIP-482)
 * - v5: protocol type and name (KIP-559)
 */
export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
    protocolType: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    protocolName: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    assignments: array(struct({ memberId: string(), assignment: bytes() })),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    protocolType: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    protocolName: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    assignment: bytes(),
  }),
});
