import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { saslHandshake } from '../../src/protocol/messages/17-sasl-handshake.ts';
import type { RequestHandler } from '../server/request-handler.ts';

/**
 * SaslHandshake (key 17, v0-1): ILLEGAL_SASL_STATE, Kafka's answer on a listener without SASL, which all of ours are.
 * Clients take a broker that does not tell of this API for one of 2015 (0.9) and leave out what is newer.
 */
export function saslHandshakeHandler(): RequestHandler<typeof saslHandshake> {
  return { api: saslHandshake, answer: () => ({ errorCode: ErrorCode.ILLEGAL_SASL_STATE }) };
}
