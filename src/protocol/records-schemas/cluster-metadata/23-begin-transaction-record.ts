import { keyedMessage } from '../../message.ts';
import { string, struct } from '../../schema.ts';

/** BeginTransactionRecord (type 23) of `__cluster_metadata`: a change of several batches begins (KIP-868). */
export const beginTransactionRecord = keyedMessage({
  key: 23,
  name: 'BeginTransactionRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({ name: string({ nullable: '0+', tag: 0, default: null }) }),
});
