import { keyedMessage } from '../../message.ts';
import { bytes, int32, int8, string, struct } from '../../schema.ts';

/** UserScramCredentialRecord (type 11) of `__cluster_metadata`: a SCRAM credential was set. */
export const userScramCredentialRecord = keyedMessage({
  key: 11,
  name: 'UserScramCredentialRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    name: string(),
    mechanism: int8(),
    salt: bytes(),
    storedKey: bytes(),
    serverKey: bytes(),
    iterations: int32(),
  }),
});
