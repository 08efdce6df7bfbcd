import { api } from '../message.ts';
import { int16, int32, string, struct } from '../schema.ts';

/**
 * Heartbeat (key 12, versions 0-4): keeps a member of a classic group alive.
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: static members (KIP-345)
 * - v4: flexible (KIP-482)
 */
export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
  }),
  response: struct({ throttleTimeMs: int32({ versions: '1+', ignorable: true }), errorCode: int16() }),
});
