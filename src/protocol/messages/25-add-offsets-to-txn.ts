import { api } from '../message.ts';
import { int16, int32, int64, string, struct } from '../schema.ts';

/**
 * AddOffsetsToTxn (key 25, versions 0-4): adds a group's offsets to a transaction.
 *
 * - v3: flexible (KIP-482)
 * - v4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 */
export const addOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16() }),
});
