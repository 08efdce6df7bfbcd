import { message } from '../message.ts';
import { int64, struct } from '../schema.ts';

/** An entry of the transaction index. */
export const abortedTxn = message({
  name: 'AbortedTxn',
  versions: '0',
  fields: struct({
    producerId: int64(),
    firstOffset: int64(),
    lastOffset: int64(),
    lastStableOffset: int64(),
  }),
});
