import { api } from '../message.ts';
import { bytes, int16, int64, string, struct } from '../schema.ts';

/**
 * SaslAuthenticate (key 36, versions 0-2): carries the tokens of SASL (KIP-152).
 *
 * - v1: session lifetime (KIP-368)
 * - v2: flexible (KIP-482)
 */
export const saslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({ authBytes: bytes() }),
  response: struct({
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ versions: '1+', ignorable: true }),
  }),
});
