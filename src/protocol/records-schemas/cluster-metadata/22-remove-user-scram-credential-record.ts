import { keyedMessage } from '../../message.ts';
import { int8, string, struct } from '../../schema.ts';

/** RemoveUserScramCredentialRecord (type 22) of `__cluster_metadata`: a SCRAM credential was removed. */
export const removeUserScramCredentialRecord = keyedMessage({
  key: 22,
  name: 'RemoveUserScramCredentialRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ name: string(), mechanism: int8() }),
});
