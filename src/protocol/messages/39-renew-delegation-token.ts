import { api } from '../message.ts';
import { bytes, int16, int32, int64, struct } from '../schema.ts';

/**
 * RenewDelegationToken (key 39, versions 1-2): renews a delegation token (KIP-48).
 *
 * - v2: flexible (KIP-482)
 */
export const renewDelegationToken = api({
  key: 39,
  name: 'RenewDelegationToken',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({ hmac: bytes(), renewPeriodMs: int64() }),
  response: struct({ errorCode: int16(), expiryTimestampMs: int64(), throttleTimeMs: int32() }),
});
