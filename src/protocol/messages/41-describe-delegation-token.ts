import { api } from '../message.ts';
import { array, bytes, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * DescribeDelegationToken (key 41, versions 1-3): lists delegation tokens (KIP-48).
 *
 * - v2: flexible (KIP-482)
 * - v3: the requester is told (KIP-373)
 */
export const describeDelegationToken = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    owners: array(struct({ principalType: string(), principalName: string() }), { nullable: '0+' }),
  }),
  response: struct({
    errorCode: int16(),
    tokens: array(
      struct({
        principalType: string(),
        principalName: string(),
        tokenRequesterPrincipalType: string({ versions: '3+' }),
        tokenRequesterPrincipalName: string({ versions: '3+' }),
        issueTimestamp: int64(),
        expiryTimestamp: int64(),
        maxTimestamp: int64(),
        tokenId: string(),
        hmac: bytes(),
        renewers: array(struct({ principalType: string(), principalName: string() })),
      }),
    ),
    throttleTimeMs: int32(),
  }),
});
