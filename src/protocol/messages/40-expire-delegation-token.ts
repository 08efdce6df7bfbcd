import { api } from '../message.ts';
import { bytes, int16, int32, int64, struct } from '../schema.ts';

/**
 * ExpireDelegationToken (key 40, versions 1-2): sets when a delegation token ends (KIP-48).
 *
 * - v2: flexible (KIP-482)
 */
export const expireDelegationToken = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({ hmac: bytes(), expiryTimePeriodMs: int64() }),
  response: struct({ errorCode: int16(), expiryTimestampMs: int64(), throttleTimeMs: int32() }),
});
