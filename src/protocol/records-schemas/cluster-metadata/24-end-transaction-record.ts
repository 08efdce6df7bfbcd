import { keyedMessage } from '../../message.ts';
import { struct } from '../../schema.ts';

/** EndTransactionRecord (type 24) of `__cluster_metadata`: a change of several batches is complete (KIP-868). */
export const endTransactionRecord = keyedMessage({
  key: 24,
  name: 'EndTransactionRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({}),
});
