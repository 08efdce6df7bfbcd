import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { describeAcls } from '../../src/protocol/messages/29-describe-acls.ts';
import type { RequestHandler } from '../server/request-handler.ts';

/** DescribeAcls (key 29, v1-3): SECURITY_DISABLED, Kafka's answer while `authorizer.class.name` is not set. */
export function describeAclsHandler(): RequestHandler<typeof describeAcls> {
  return {
    api: describeAcls,
    answer: () => ({
      errorCode: ErrorCode.SECURITY_DISABLED,
      errorMessage: 'No Authorizer is configured on the broker',
    }),
  };
}
