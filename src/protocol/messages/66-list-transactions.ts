import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * ListTransactions (key 66, versions 0-2): lists transactions (KIP-664).
 *
 * - v1: filter by duration (KIP-994)
 * - v2: filter by pattern (KIP-1152)
 */
export const listTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: int64({ versions: '1+', default: -1 }),
    transactionalIdPattern: string({ versions: '2+', nullable: '2+', default: null }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array(
      struct({ transactionalId: string(), producerId: int64(), transactionState: string() }),
    ),
  }),
});
