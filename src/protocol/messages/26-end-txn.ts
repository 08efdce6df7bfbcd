import { api } from '../message.ts';
import { bool, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * EndTxn (key 26, versions 0-5): commits or aborts a transaction.
 *
 * - v3: flexible (KIP-482)
 * - v4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - v5: the epoch grows with every transaction (KIP-890)
 */
export const endTxn = api({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ versions: '5+', default: -1, ignorable: true }),
    producerEpoch: int16({ versions: '5+', default: -1, ignorable: true }),
  }),
});
