import { api } from '../message.ts';
import { array, bool, bytes, int16, int32, string, struct } from '../schema.ts';

/**
 * JoinGroup (key 11, versions 0-9): joins a classic group; the answer comes when the group has rebalanced.
 *
 * - v1: the rebalance timeout is told apart from the session timeout (KIP-62)
 * - v2: `throttleTimeMs` in the response
 * - v4: members without an id get one and ask again (KIP-394)
 * - v5: static members (KIP-345)
 * - v6: flexible (KIP-482)
 * - v7: protocol type (KIP-559)
 * - v8: a reason for joining (KIP-800)
 * - v9: the leader may be told to skip the assignment (KIP-814)
 */
export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ versions: '1+', default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ versions: '5+', nullable: '5+', default: null }),
    protocolType: string(),
    protocols: array(struct({ name: string(), metadata: bytes() })),
    reason: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ versions: '7+', nullable: '7+', default: null, ignorable: true }),
    protocolName: string({ nullable: '7+' }),
    leader: string(),
    skipAssignment: bool({ versions: '9+' }),
    memberId: string(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
        metadata: bytes(),
      }),
    ),
  }),
});
