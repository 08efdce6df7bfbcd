import { api } from '../message.ts';
import { bytes, int16, struct } from '../schema.ts';

/**
 * Envelope (key 58, versions 0): carries a request that a broker forwards to the controller, with the
 * principal it came from (KIP-590).
 */
export const envelope = api({
  key: 58,
  name: 'Envelope',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    requestData: bytes(),
    requestPrincipal: bytes({ nullable: '0+' }),
    clientHostAddress: bytes(),
  }),
  response: struct({ responseData: bytes({ nullable: '0+', default: null }), errorCode: int16() }),
});
