import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { deleteAcls } from '../../src/protocol/messages/31-delete-acls.ts';
import type { RequestHandler } from '../server/request-handler.ts';

/** DeleteAcls (key 31, v1-3): SECURITY_DISABLED for each, Kafka's answer while `authorizer.class.name` is not set. */
export function deleteAclsHandler(): RequestHandler<typeof deleteAcls> {
  return {
    api: deleteAcls,
    answer: ({ filters }) => refused(filters, ErrorCode.SECURITY_DISABLED, 'No Authorizer is configured.'),
    failure: ({ filters }, errorCode) => refused(filters, errorCode, null),
  };
}

function refused(filters: readonly unknown[], errorCode: number, errorMessage: string | null) {
  return { filterResults: filters.map(() => ({ errorCode, errorMessage, matchingAcls: [] })) };
}
