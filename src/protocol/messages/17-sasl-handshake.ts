import { api } from '../message.ts';
import { array, int16, string, struct } from '../schema.ts';

/**
 * SaslHandshake (key 17, versions 0-1): agrees on a SASL mechanism.
 *
 * - v1: tokens then travel in SaslAuthenticate (KIP-152)
 */
export const saslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  flexible: 'none',
  listeners: ['broker', 'controller'],
  request: struct({ mechanism: string() }),
  response: struct({ errorCode: int16(), mechanisms: array(string()) }),
});
