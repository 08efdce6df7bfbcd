import { api } from '../message.ts';
import { array, bytes, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * CreateDelegationToken (key 38, versions 1-3): creates a delegation token (KIP-48).
 *
 * - v2: flexible (KIP-482)
 * - v3: for another owner (KIP-373)
 */
export const createDelegationToken = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    ownerPrincipalType: string({ versions: '3+', nullable: '3+' }),
    ownerPrincipalName: string({ versions: '3+', nullable: '3+' }),
    renewers: array(struct({ principalType: string(), principalName: string() })),
    maxLifetimeMs: int64(),
  }),
  response: struct({
    errorCode: int16(),
    principalType: string(),
    principalName: string(),
    tokenRequesterPrincipalType: string({ versions: '3+' }),
    tokenRequesterPrincipalName: string({ versions: '3+' }),
    issueTimestampMs: int64(),
    expiryTimestampMs: int64(),
    maxTimestampMs: int64(),
    tokenId: string(),
    hmac: bytes(),
    throttleTimeMs: int32(),
  }),
});
