import { keyedMessage } from '../../message.ts';
import { string, struct } from '../../schema.ts';

/** AbortTransactionRecord (type 25) of `__cluster_metadata`: a change of several batches is void (KIP-868). */
export const abortTransactionRecord = keyedMessage({
  key: 25,
  name: 'AbortTransactionRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ reason: string({ nullable: '0+', tag: 0, default: null }) }),
});
