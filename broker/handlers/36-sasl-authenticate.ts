import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { saslAuthenticate } from '../../src/protocol/messages/36-sasl-authenticate.ts';
import type { RequestHandler } from '../server/request-handler.ts';

/** SaslAuthenticate (key 36, v0-2): ILLEGAL_SASL_STATE, Kafka's answer on a listener without SASL, which all of ours are. */
export function saslAuthenticateHandler(): RequestHandler<typeof saslAuthenticate> {
  return {
    api: saslAuthenticate,
    answer: () => ({
      errorCode: ErrorCode.ILLEGAL_SASL_STATE,
      errorMessage: 'SaslAuthenticate request received after successful authentication',
    }),
  };
}
