import { keyedMessage } from '../../message.ts';
import { string, struct } from '../../schema.ts';

/** RemoveDelegationTokenRecord (type 26) of `__cluster_metadata`: a delegation token was removed. */
export const removeDelegationTokenRecord = keyedMessage({
  key: 26,
  name: 'RemoveDelegationTokenRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ tokenId: string() }),
});
