import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { createAcls } from '../../src/protocol/messages/30-create-acls.ts';
import type { RequestHandler } from '../server/request-handler.ts';

/** CreateAcls (key 30, v1-3): SECURITY_DISABLED for each, Kafka's answer while `authorizer.class.name` is not set. */
export function createAclsHandler(): RequestHandler<typeof createAcls> {
  return {
    api: createAcls,
    answer: ({ creations }) =>
      refused(creations, ErrorCode.SECURITY_DISABLED, 'No Authorizer is configured.'),
    failure: ({ creations }, errorCode) => refused(creations, errorCode, null),
  };
}

function refused(creations: readonly unknown[], errorCode: number, errorMessage: string | null) {
  return { results: creations.map(() => ({ errorCode, errorMessage })) };
}
