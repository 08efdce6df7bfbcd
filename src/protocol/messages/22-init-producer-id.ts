import { api } from '../message.ts';
import { bool, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * InitProducerId (key 22, versions 0-6): gives a producer its id and epoch, and fences earlier producers of
 * the same transactional id.
 *
 * - v2: flexible (KIP-482)
 * - v3: a producer can recover its epoch (KIP-360)
 * - v4: PRODUCER_FENCED may be answered
 * - v5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - v6: two-phase commit (KIP-939)
 *
 * Version 6 may still change and is not advertised.
 */
export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: '0-6',
  flexible: '2+',
  listeners: ['broker'],
  latestVersionUnstable: true,
  request: struct({
    transactionalId: string({ nullable: '0+' }),
    transactionTimeoutMs: int32(),
    producerId: int64({ versions: '3+', default: -1 }),
    producerEpoch: int16({ versions: '3+', default: -1 }),
    enable2Pc: bool({ versions: '6+' }),
    keepPreparedTxn: bool({ versions: '6+' }),
  }),
  response: struct({
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64({ versions: '6+', default: -1 }),
    ongoingTxnProducerEpoch: int16({ versions: '6+', default: -1 }),
  }),
});
