import { api } from '../message.ts';
import { array, bytes, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * AlterUserScramCredentials (key 51, versions 0): changes SCRAM credentials (KIP-554).
 */
export const alterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({
    deletions: array(struct({ name: string(), mechanism: int8() })),
    upsertions: array(
      struct({
        name: string(),
        mechanism: int8(),
        iterations: int32(),
        salt: bytes(),
        saltedPassword: bytes(),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(struct({ user: string(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) })),
  }),
});
