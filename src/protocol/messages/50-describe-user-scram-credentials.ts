import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * DescribeUserScramCredentials (key 50, versions 0): lists SCRAM credentials (KIP-554).
 */
export const describeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({ users: array(struct({ name: string() }), { nullable: '0+' }) }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    results: array(
      struct({
        user: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        credentialInfos: array(struct({ mechanism: int8(), iterations: int32() })),
      }),
    ),
  }),
});
