import { keyedMessage } from '../../message.ts';
import { array, int64, string, struct } from '../../schema.ts';

/** DelegationTokenRecord (type 10) of `__cluster_metadata`: a delegation token was created or renewed. */
export const delegationTokenRecord = keyedMessage({
  key: 10,
  name: 'DelegationTokenRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    owner: string(),
    requester: string(),
    renewers: array(string()),
    issueTimestamp: int64(),
    maxTimestamp: int64(),
    expirationTimestamp: int64(),
    tokenId: string(),
  }),
});
